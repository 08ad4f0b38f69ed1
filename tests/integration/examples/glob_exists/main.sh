#!/usr/bin/env bash
# A pattern without wildcards tells whether a file is there, and runs the plan again when that changes.
. ../examples.sh

watch
snapshot graph1
[[ ! -e b.txt ]]

echo 1 > a.txt
stepup wait -u a.txt
again
snapshot graph2
[[ -e b.txt ]]

rm a.txt
stepup wait -d a.txt
again
snapshot graph3
[[ ! -e b.txt ]]
leave
