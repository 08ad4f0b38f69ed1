#!/usr/bin/env bash
# A file that is edited while StepUp watches is noticed at once and built with `stepup rebuild`.
. ../examples.sh

echo one > a.txt
watch
snapshot graph1
echo two > a.txt
stepup wait -u a.txt
again
snapshot graph2
leave

[[ $(cat a_copy.txt) == two ]]
