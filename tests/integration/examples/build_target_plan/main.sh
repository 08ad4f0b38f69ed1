#!/usr/bin/env bash
# Planners always run, with what they need: only then it is known who makes the target.
. ../examples.sh

echo source > s.txt
watch sub/x.txt
snapshot graph
leave
[[ -f sub/x.txt && -f config.txt && ! -e other.txt ]]
