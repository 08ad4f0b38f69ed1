#!/usr/bin/env bash
# Targets that nobody makes are worth a warning.
. ../examples.sh

echo source > s.txt
build 8 a.txt nothing.txt nowhere/ neither.txt
[[ -f a.txt ]]
grep -q "2 target(s) are not produced" .stepup/warning.log
[[ ! -e .stepup/fail.log ]]
