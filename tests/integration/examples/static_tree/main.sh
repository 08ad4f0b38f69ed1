#!/usr/bin/env bash
# A directory that is declared static makes every file in it an input that nobody builds.
# Only those that are used become part of the graph.
. ../examples.sh

mkdir -p data/deep
echo one > data/a.txt
echo two > data/deep/b.txt
touch data/unused.txt
watch
snapshot graph
leave

[[ $(cat b.txt) == two ]]
