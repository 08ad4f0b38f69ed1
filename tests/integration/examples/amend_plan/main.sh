#!/usr/bin/env bash
# A plan reads a file that a step builds, and declares what it finds there.
. ../examples.sh

watch
snapshot graph1
echo four >> words.txt
stepup wait -u words.txt
again
snapshot graph2
leave
[[ -e four.txt ]]
