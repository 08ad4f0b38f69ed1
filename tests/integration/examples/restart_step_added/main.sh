#!/usr/bin/env bash
# A step that is added to the plan runs, and those that were there do not.
. ../examples.sh

echo one > a.txt
build
echo 'copy("b.txt", "c.txt")' >> plan.py
start -w
stepup wait
snapshot graph
leave
[[ -f c.txt ]]
