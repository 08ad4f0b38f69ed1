#!/usr/bin/env bash
# A static pattern that matches what a step builds is refused, whether the file is there or not.
. ../examples.sh

echo 1 > a.in
build 36
echo 2 > b.dat
build 36
grep -q "GraphError" .stepup/fail.log
grep -qF "Glob pattern (*.dat) registered by step (./plan.py) matches (a.dat), which step (cp -p a.in a.dat) builds." .stepup/fail.log
