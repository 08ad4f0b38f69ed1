#!/usr/bin/env bash
# A used file of a static tree is edited, another one is not used and does not matter.
. ../examples.sh

mkdir -p data/deep
echo one > data/deep/a.txt
echo one > data/deep/unused.txt
watch
echo two > data/deep/unused.txt
echo two > data/deep/a.txt
stepup wait -u data/deep/a.txt
again
snapshot graph
leave

[[ $(cat b.txt) == two ]]
