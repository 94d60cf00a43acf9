# Sourced by run.sh, test.sh and check.sh, not run by itself: `set_up run` or `set_up test` makes everything ready.
# POSIX sh. Does nothing but look when all is there, so a second start takes no time.
# shellcheck shell=sh

PYTHON_FLOOR='3, 11'
VENV=.venv
LIBRARIES='libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0'
WINDOW_LIBRARIES='libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0'
FONT=fonts-dejavu-core
# What tests compare with: other decoders, and the data base server of a team. They are skipped without.
TEST_PROGRAMS='dcmtk libgdcm-tools postgresql'

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

# set_up run|test
set_up() {
    [ -f pyproject.toml ] || fail 'Call this from the root of the checkout.'
    system_libraries "$1"
    stamp=$VENV/.wetread-$1
    wanted=$(fingerprint "$1")
    if [ -x "$VENV/bin/wetread" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    virtual_environment
    dependencies "packaging/$1.lock"
    project
    window_works
    printf '%s\n' "$wanted" >"$stamp"
}

# What the environment was made from, and where: a moved or copied folder is set up anew.
fingerprint() {
    cat "packaging/$1.lock" packaging/tools.lock packaging/setup.sh pyproject.toml | cksum | tr '\n' ' '
    pwd
}

system_libraries() {
    packages=$LIBRARIES
    if [ "$1" = test ]; then packages="$packages $TEST_PROGRAMS"; fi
    if has_display; then packages="$packages $WINDOW_LIBRARIES"; fi
    if ! has_font; then packages="$packages $FONT"; fi
    if ! command -v dpkg-query >/dev/null 2>&1; then return 0; fi
    missing=
    for package in $packages; do
        if ! is_installed "$package"; then missing="$missing $package"; fi
    done
    if [ -n "$missing" ]; then apt_install "$missing" || say 'Going on without them; what comes next may fail.'; fi
}

# Newer releases renamed some libraries to NAMEt64.
is_installed() {
    dpkg-query -W -f '${Status}\n' "$1" "$1t64" 2>/dev/null | grep -q '^install ok installed'
}

has_font() {
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
        \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' \) 2>/dev/null | grep -q .
}

# apt_install "PACKAGE ...": as root, or through sudo where it may be used.
apt_install() {
    if [ "$(id -u)" -eq 0 ]; then
        root=
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        root=sudo
    else
        say "These system packages are missing and may not be installed from here. Install them with:"
        say "    sudo apt-get install -y$1"
        return 1
    fi
    say "Installing system packages:$1"
    # shellcheck disable=SC2086  # a list of words
    if $root apt-get update -qq >&2 &&
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >&2; then
        return 0
    fi
    say "Installing failed. By hand: sudo apt-get install -y$1"
    return 1
}

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c "import sys; sys.exit(sys.version_info < ($PYTHON_FLOOR))" 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    fail 'Python 3.11 or newer is needed and was not found. On Debian 12: sudo apt-get install -y python3 python3-venv'
}

virtual_environment() {
    if "$VENV/bin/python" -c 'import pip' 2>/dev/null; then return 0; fi
    python=$(find_python)
    say "Making $VENV with $("$python" --version)"
    if "$python" -m venv "$VENV" >/dev/null 2>&1; then return 0; fi
    # Debian and Ubuntu ship Python without ensurepip.
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    apt_install " python$version-venv" || fail 'A virtual environment cannot be made without it.'
    rm -rf "$VENV"
    "$python" -m venv "$VENV" || fail "Making $VENV failed."
}

# dependencies LOCK: exactly what the lock names, every file checked against its hash.
dependencies() {
    say "Installing what $1 names."
    if [ ! -e "$VENV/.wetread-run" ] && [ ! -e "$VENV/.wetread-test" ]; then
        say 'The first time this fetches about 3 GB (PyTorch) and takes some minutes.'
    fi
    pip="$VENV/bin/python -m pip --disable-pip-version-check"
    if $pip install --quiet --require-hashes -r packaging/tools.lock >&2 &&
        "$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" --require-hashes --compile-bytecode -r "$1" >&2; then
        return 0
    fi
    say 'uv did not manage; trying with pip.'
    $pip install --quiet --require-hashes -r "$1" >&2 || fail 'The dependencies could not be installed.'
}

project() {
    "$VENV/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable . >&2 ||
        fail 'Installing the project itself failed.'
}

window_works() {
    QT_QPA_PLATFORM=offscreen "$VENV/bin/python" -c 'import PySide6.QtWidgets' ||
        fail "Qt cannot be loaded. It needs: $LIBRARIES"
}
