#!/usr/bin/env bash
# Waiting for a change may begin before StepUp does.
. ../examples.sh

echo one > a.txt
stepup wait -u a.txt &
waiting=$!
watch
echo two > a.txt
wait $waiting
again
leave

[[ $(cat b.txt) == two ]]
