#!/usr/bin/env bash
# Two steps cannot amend the same output: the second one fails.
. ../examples.sh

build 4 -k
[[ $(grep -c '    FAIL │ ' .stepup/fail.log) == 1 ]]
