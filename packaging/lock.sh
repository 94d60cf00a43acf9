#!/bin/sh
# Resolve the dependencies of pyproject.toml anew and pin them with hashes, for every platform and Python.
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
        --python-version 3.11 --custom-compile-command 'sh packaging/lock.sh' "$@"
}

# The run lock holds to what the test lock chose, so that both give the same versions.
compile --extra dev --extra pretrained --extra postgresql pyproject.toml packaging/build.in --output-file packaging/test.lock
compile pyproject.toml packaging/build.in --constraints packaging/test.lock --output-file packaging/run.lock
compile packaging/tools.in --output-file packaging/tools.lock
