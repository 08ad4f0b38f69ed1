#!/usr/bin/env bash
# An input that a step has amended and that changes before the step ends fails the step, like a declared one.
. ../examples.sh

echo a > a.txt
start -w
stepup wait
snapshot graph
leave 36
grep "Input changed unexpectedly: a.txt" .stepup/fail.log
