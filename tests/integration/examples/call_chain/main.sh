#!/usr/bin/env bash
# The output of one call is the input of the next, and an edit at the beginning runs them all.
. ../examples.sh

watch
echo other > start.txt
stepup wait -u start.txt
again
snapshot graph
leave
[[ $(cat third.txt) == "OTHER" ]]
