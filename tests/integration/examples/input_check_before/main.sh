#!/usr/bin/env bash
# An input that was changed after it was declared and before its step starts fails that step and ends the build.
. ../examples.sh

echo a > a.txt
echo b > b.txt
start -w -k
stepup wait
snapshot graph
leave 36
grep "The scheduler is draining" .stepup/fail.log
