#!/usr/bin/env bash
# An output cannot be amended as a volatile output, nor the other way round.
. ../examples.sh

build 4 -k

[[ $(grep -c 'FAIL │' .stepup/fail.log) == 3 ]]
