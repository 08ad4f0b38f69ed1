#!/usr/bin/env bash
# A directory in a static tree of the same plan is part of that tree.
. ../examples.sh

mkdir -p data/deep
echo one > data/deep/a.txt
watch
snapshot graph
leave

[[ $(cat names.txt) == "data/ data/deep/ data/deep/a.txt" ]]
