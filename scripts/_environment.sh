# Python environment of the scripts in this folder. It is sourced, not run:
#
#     environment EXTRA    make .venv with an extra of pyproject.toml, or with none for ""
#
# It reuses the environment as long as neither pyproject.toml nor the version of Python has
# changed. $root is the project's folder, $venv the environment's, and $bin the one of its
# programs. A script may set another folder in $environment_name, and further options of pip
# in $install_options.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/${environment_name:-.venv}
bin=$venv/bin
: "${install_options:=}"

say() {
    printf '%s: %s\n' "$(basename "$0")" "$*"
}

fail() {
    say "$@" >&2
    exit 1
}

# Succeed if a program is a Python that is new enough.
suitable() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

version_of() {
    "$1" -c 'import platform; print(platform.python_version())'
}

# Succeed if the environment works and has the version of $PYTHON, if that is set.
usable() {
    suitable "$bin/python" && "$bin/python" -m pip --version >/dev/null 2>&1 &&
        [[ -z ${PYTHON:-} || $(version_of "$bin/python") == "$(version_of "$PYTHON")" ]]
}

find_python() {
    if [[ -n ${PYTHON:-} ]]; then
        python=$PYTHON
        return
    fi
    for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if suitable "$python"; then
            return
        fi
    done
    fail "no Python 3.11 or newer was found; install one from your system's packages or" \
        "https://www.python.org, or name one: PYTHON=/path/to/python3 $0"
}

# Debian and Ubuntu have ensurepip in a package of its own. Without it, use the system's pip.
make_environment() {
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 && return
    "$python" -m venv --clear --without-pip "$venv" &&
        "$python" -m pip --python "$bin/python" install --quiet pip && return
    fail "Python could not make the environment $venv; install the package python3-venv" \
        "(Debian and Ubuntu), or pip or ensurepip (other systems), and try again"
}

environment() {
    local extra=$1 stamp=$venv/installed have="" key
    if [[ -n ${PYTHON:-} ]] && ! suitable "$PYTHON"; then
        fail "\$PYTHON is $PYTHON, which is not a Python 3.11 or newer"
    fi
    if ! usable; then
        find_python
        say "making an environment in $venv (Python $(version_of "$python"))"
        make_environment
    fi
    key="$(version_of "$bin/python") $(cksum <"$root/pyproject.toml")"
    if [[ -f $stamp ]]; then
        have=$(<"$stamp")
    fi
    # The extra "dev" includes "test", and both include the package itself.
    if [[ $have == "$key: $extra"* || $have == "$key: dev" ]]; then
        say "using the environment in $venv (Python ${key%% *})"
        return
    fi
    say "installing archivesearch${extra:+[$extra]} and its dependencies in $venv"
    rm -f "$stamp"
    # shellcheck disable=SC2086 - the options are words
    "$bin/python" -m pip install --quiet --disable-pip-version-check $install_options \
        --editable "$root${extra:+[$extra]}" ||
        fail "pip could not install the package; its messages are above"
    printf '%s: %s\n' "$key" "$extra" >"$stamp"
}
