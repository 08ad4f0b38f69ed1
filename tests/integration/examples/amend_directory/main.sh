#!/usr/bin/env bash
# Directories cannot be amended.
. ../examples.sh

mkdir there
build 4 -k

[[ $(grep -c 'FAIL │' .stepup/fail.log) == 4 ]]
[[ $(grep -c 'PathError' .stepup/fail.log) == 4 ]]
