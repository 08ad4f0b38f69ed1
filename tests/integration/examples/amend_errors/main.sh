#!/usr/bin/env bash
# What an amendment may not say: each of these steps fails, and the others do not.
. ../examples.sh

mkdir data
touch data/file.txt
build 4 -k
[[ $(grep -c '    FAIL │ ' .stepup/fail.log) == 7 ]]
