# Sourced by ./run and ./test: a .venv that holds what the lock files say, made anew only when they change.

ensure_venv() {
    local python=""
    for name in python3.11 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
            python=$name
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Python 3.11 is missing: install the package python3.11 (Debian 12: apt-get install python3)." >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Python's venv module is missing: apt-get install python3-venv" >&2
        exit 1
    fi
    local wanted
    wanted=$(cat "$@" | sha256sum | cut -d' ' -f1)
    # A venv that holds more than is asked for (./test's, when ./run asks) is good too.
    if [ -x .venv/bin/python ] && grep -qs "^$wanted\$" .venv/holds; then
        return
    fi
    echo "Setting up .venv (once, about a minute) …" >&2
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    local args=()
    for file in "$@"; do args+=(-r "$file"); done
    # The lock is whole, so nothing is left to resolve: pip's resolver of 2023 would ask an extra's newest release for a
    # hash the lock cannot have.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes "${args[@]}"
    echo "$wanted" >>.venv/holds
    sha256sum <"$1" | cut -d' ' -f1 >>.venv/holds
}
