#!/bin/sh
# Set up what is missing, then open Wetread.
#   sh packaging/run.sh             the window on the built-in study; without a display, a guided tour in screenshots
#   sh packaging/run.sh ARGUMENTS   the same as `wetread ARGUMENTS`
set -eu
cd "$(dirname "$0")/.."
. packaging/setup.sh
set_up run

if [ $# -gt 0 ]; then
    exec "$VENV/bin/wetread" "$@"
fi
if has_display; then
    exec "$VENV/bin/wetread" demo
fi
say 'No display here: walking through the real window offscreen instead.'
QT_QPA_PLATFORM=offscreen "$VENV/bin/wetread" tour --out build/tour
say "The numbered screenshots are in $(pwd)/build/tour"
