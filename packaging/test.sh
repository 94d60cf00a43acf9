#!/bin/sh
# Set up what is missing, then check format, lint, types and contracts, and run the tests.
#   sh packaging/test.sh                everything
#   sh packaging/test.sh ARGUMENTS      the same checks, and `pytest ARGUMENTS`
set -eu
cd "$(dirname "$0")/.."
sh packaging/check.sh
. packaging/setup.sh
set_up test

if [ $# -eq 0 ]; then
    set -- -n 2
fi
say '== tests'
QT_QPA_PLATFORM=offscreen exec "$VENV/bin/python" -m pytest "$@"
