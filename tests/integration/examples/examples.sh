# The words of the examples; see README.md. Sourced by each main.sh.
set -euo pipefail
_runs=0
_sb=

_clean_up() {
    local code=$?
    if [[ -n $_sb ]]; then kill -INT "$_sb" 2> /dev/null && wait "$_sb"; fi
    exit "$code"
}
trap _clean_up EXIT

start() {
    _runs=$((_runs + 1))
    sb -j "${EXAMPLE_JOBS:-1}" "$@" > "stdout$_runs.txt" &
    _sb=$!
}

watch() {
    start -w "$@"
    stepup wait
}

finish() {
    local expected=${1:-0} code=0
    wait "$_sb" || code=$?
    _sb=
    if ((code != expected)); then
        echo "sb ended with $code, not $expected" >&2
        cat "stdout$_runs.txt" >&2
        return 1
    fi
}

build() {
    local expected=0
    if [[ ${1:-} =~ ^[0-9]+$ ]]; then
        expected=$1
        shift
    fi
    start "$@"
    finish "$expected"
}

leave() {
    stepup join
    finish "$@"
}

again() {
    stepup rebuild
    stepup wait
}

snapshot() {
    stepup graph "$1"
}
