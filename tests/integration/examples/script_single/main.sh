#!/usr/bin/env bash
# A script tells its own inputs and outputs, and its plan declares the one step that runs it.
. ../examples.sh

watch
[[ $(cat count.txt) == 2 ]]
echo the > words.txt
stepup wait -u words.txt
again
snapshot graph
leave
[[ $(cat count.txt) == 1 ]]
