#!/usr/bin/env bash
# A file of a static tree that no step uses any more is dropped from the graph, and stays on disk.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
echo two > data/b.txt
echo data/b.txt > names.txt
watch
snapshot graph1

echo data/a.txt > names.txt
stepup wait -u names.txt
again
snapshot graph2
leave

[[ -f data/a.txt && -f data/b.txt && ! -f data_b.txt ]]
