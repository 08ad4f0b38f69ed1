#!/usr/bin/env bash
# A directory with inputs is moved away, and its files are missing; it is moved back, and all is as before.
. ../examples.sh

mkdir data
echo one > data/a.txt
watch
mv data elsewhere
stepup wait -d data/a.txt
again
snapshot graph1
mv elsewhere data
stepup wait -u data/a.txt
again
snapshot graph2
leave
