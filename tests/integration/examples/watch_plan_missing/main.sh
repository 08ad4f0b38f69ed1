#!/usr/bin/env bash
# The plan itself is deleted, which is an error, and comes back.
. ../examples.sh

echo one > a.txt
watch
mv plan.py hidden
stepup wait -d plan.py
again
mv hidden plan.py
stepup wait -u plan.py
again
snapshot graph
leave

[[ -e b.txt ]]
