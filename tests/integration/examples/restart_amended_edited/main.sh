#!/usr/bin/env bash
# An input that a step had amended is remembered: when it is edited before the next start, the step runs again.
. ../examples.sh

echo one > a.txt
echo two > b.txt
echo a.txt > names.txt
build
echo three > b.txt
build
echo four > a.txt
start -w
stepup wait
snapshot graph
leave
[[ $(cat out.txt) == four ]]
