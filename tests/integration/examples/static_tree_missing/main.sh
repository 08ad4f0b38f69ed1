#!/usr/bin/env bash
# A file that is used but not there keeps its step waiting, and only that.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
watch
snapshot graph1

echo two > data/b.txt
stepup wait -u data/b.txt
again
[[ $(cat b.txt) == two ]]
snapshot graph2
leave
