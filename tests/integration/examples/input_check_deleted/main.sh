#!/usr/bin/env bash
# An input that is deleted while its step runs fails the step and ends the build.
. ../examples.sh

echo old > a.txt
start -w
stepup wait
snapshot graph
leave 36
grep "The scheduler is draining" .stepup/fail.log
