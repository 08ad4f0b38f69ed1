#!/usr/bin/env bash
# A file that a pattern matched disappears, and so does what was made from it.
. ../examples.sh

mkdir data
echo one > data/a.txt
echo two > data/b.txt
watch
rm data/b.txt
stepup wait -d data/b.txt
again
snapshot graph
leave

[[ ! -e out/b.txt ]]
