#!/bin/bash
# The exit code is a sum of what went wrong; mistakes in the arguments have codes of their own.
. ../examples.sh

expect() {
    local expected=$1 code=0
    shift
    "$@" > /dev/null 2>> errors.txt || code=$?
    if ((code != expected)); then
        echo "$* ended with $code, not $expected" >&2
        return 1
    fi
}

expect 0 sb -j 1
expect 36 env FAIL=yes sb -j 1
expect 4 env FAIL=yes sb -j 1 -k
expect 16 env PENDING=yes sb -j 1
expect 20 env FAIL=yes PENDING=yes sb -j 1 -k
expect 8 env GLOB=yes sb -j 1
expect 1 stepup
expect 2 stepup nonsense
expect 2 sb --nonsense
expect 2 sb -j 0
expect 2 sb -j many
expect 2 sb --defer-cap 0
expect 1 sb -r gpu:-1
expect 2 stepup graph
expect 2 stepup wait -u a -d b
expect 0 stepup --help
expect 0 stepup --version
expect 0 sb --help
