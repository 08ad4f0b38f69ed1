#!/usr/bin/env bash
# A plan that is edited runs again and adds a step.
. ../examples.sh

echo one > a.txt
watch
snapshot graph1
echo 'copy("b.txt", "c.txt")' >> plan.py
stepup wait -u plan.py
again
snapshot graph2
leave

[[ -e c.txt ]]
