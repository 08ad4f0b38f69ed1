#!/usr/bin/env bash
# What a pattern matches cannot be built: here the pattern comes first.
. ../examples.sh

echo 1 > a.in
build 36
grep -qF "Glob pattern (*.dat) registered by step (./plan.py) matches (a.dat), which step (cp -p a.in a.dat) builds." .stepup/fail.log
[[ ! -e a.dat ]]
