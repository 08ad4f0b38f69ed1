#!/usr/bin/env bash
# Waiting may begin before StepUp does, and ends with the first build.
. ../examples.sh

echo one > a.txt
(stepup wait && cp b.txt seen.txt) &
waiting=$!
start -w
wait $waiting
stepup graph graph
leave

[[ $(cat seen.txt) == one ]]
