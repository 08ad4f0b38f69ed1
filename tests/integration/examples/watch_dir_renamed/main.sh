#!/usr/bin/env bash
# A directory is renamed, and the plan with it.
. ../examples.sh

mkdir old
echo one > old/a.txt
watch
mv old new
stepup wait -d old/a.txt
sed -i 's/old/new/' plan.py
stepup wait -u plan.py
again
snapshot graph
leave

grep new plan.py
