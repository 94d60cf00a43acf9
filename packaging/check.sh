#!/bin/sh
# Format, lint, types and contracts: the part of test.sh that takes seconds.
set -eu
cd "$(dirname "$0")/.."
. packaging/setup.sh
set_up test

say '== format'
"$VENV/bin/ruff" format --check .
say '== lint'
"$VENV/bin/ruff" check .
say '== types'
"$VENV/bin/basedpyright"
say '== contracts'
"$VENV/bin/lint-imports" --no-cache
