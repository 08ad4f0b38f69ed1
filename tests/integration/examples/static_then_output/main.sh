#!/usr/bin/env bash
# What is declared static cannot be built by a step.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build 36
grep -q "GraphError" .stepup/fail.log
[[ $(cat b.txt) == two ]]
