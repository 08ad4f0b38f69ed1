#!/usr/bin/env bash
# Files that a pattern matches newly or not any more let the plan run again at the next start.
. ../examples.sh

echo one > in1.txt
echo two > in2.txt
build
echo three > in3.txt
rm in1.txt
start -w
stepup wait
snapshot graph
leave
[[ ! -e copy_of_in1.txt && -f copy_of_in3.txt ]]
