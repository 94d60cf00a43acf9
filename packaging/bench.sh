#!/bin/sh
# Measure what a person feels, each time beside a named reference in the same run.
set -eu
cd "$(dirname "$0")/.."
. packaging/setup.sh
set_up test

QT_QPA_PLATFORM=offscreen exec "$VENV/bin/python" -m benchmarks "$@"
