#!/usr/bin/env bash
# What a detached step has made is as good as ever when the step comes back: it is not run again.
. ../examples.sh

start --no-clean -j 4
finish

touch again.tmp
sed -i 's/$/ /' sub.py
build

[[ $(cat slow.txt) == slow ]]

# The order of the lines is a matter of timing.
rm stdout*.txt
