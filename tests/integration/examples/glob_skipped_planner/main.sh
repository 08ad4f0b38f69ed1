#!/usr/bin/env bash
# Whether matches are static is checked also when the plan that asked for them was not run again.
. ../examples.sh

touch a.dat
echo static > what.txt
build
grep -q . names.txt

echo nothing > what.txt
build 8
grep -q "1 glob match(es) are not declared static." .stepup/warning.log
