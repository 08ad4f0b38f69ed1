#!/usr/bin/env bash
# A step that failed succeeds when its input is mended, and the last build decides on the exit code.
. ../examples.sh

echo bad > a.txt
watch
[[ -e .stepup/fail.log ]]
echo good > a.txt
stepup wait -u a.txt
again
snapshot graph
leave
[[ ! -e .stepup/fail.log ]]
