#!/usr/bin/env bash
# What a planner had declared before it failed is gone; when it succeeds at the next start, it is declared again.
. ../examples.sh

echo one > sub/a.txt
echo 1 > fail.txt
start -w
stepup wait
snapshot graph1
leave 36
echo 0 > fail.txt
start -w
stepup wait
snapshot graph2
leave
