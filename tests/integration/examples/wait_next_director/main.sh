#!/usr/bin/env bash
# After a restart, waiting is about the new StepUp, never about the one before.
. ../examples.sh

echo one > a.txt
watch
leave
rm .stepup/*.log
echo two > a.txt
start -w
stepup wait
[[ $(cat b.txt) == two ]]
snapshot graph
leave
