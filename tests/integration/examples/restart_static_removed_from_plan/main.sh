#!/usr/bin/env bash
# A static file that the plan does not declare any more leaves the steps that use it without input.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build
sed -i 's/static("a.txt", "b.txt")/static("a.txt")/' plan.py
start -w
stepup wait
snapshot graph
leave 16
[[ -f b.txt && -f b_copy.txt ]]
