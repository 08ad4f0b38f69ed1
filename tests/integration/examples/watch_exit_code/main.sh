#!/usr/bin/env bash
# The exit code is that of the last build, not of an earlier one.
. ../examples.sh

echo good > a.txt
watch
echo bad > a.txt
stepup wait -u a.txt
again
leave 36
