#!/usr/bin/env bash
# A plan runs again when a new file matches its static pattern, and when one that did is gone.
. ../examples.sh

echo 1 > a1.txt
watch
snapshot graph1

echo 2 > a2.txt
stepup wait -u a2.txt
again
[[ $(cat a2.out) == 2 ]]
snapshot graph2

rm a1.txt
stepup wait -d a1.txt
again
[[ ! -f a1.out ]]
snapshot graph3
leave
