#!/usr/bin/env bash
# A file that is missing in one build and comes back is used by the next one.
. ../examples.sh

echo one > a.txt
watch
rm a.txt
stepup wait -d a.txt
again
snapshot graph1
echo two > a.txt
stepup wait -u a.txt
again
snapshot graph2
leave

[[ $(cat b.txt) == two ]]
