#!/usr/bin/env bash
# A static file must be there; the plan fails at the line that declares it, and succeeds when it is.
. ../examples.sh

build 36
grep -q "PathError" .stepup/fail.log
grep -q "does not exist: a.txt" .stepup/fail.log

echo one > a.txt
build
[[ -f b.txt ]]
