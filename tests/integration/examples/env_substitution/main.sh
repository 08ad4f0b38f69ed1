#!/usr/bin/env bash
# Variables in paths are substituted when the plan runs, and the plan depends on them.
. ../examples.sh

export SOURCE_DIR=src TARGET=out
mkdir -p src other
echo one > src/a.txt
echo two > other/a.txt
watch
snapshot graph1
leave
export SOURCE_DIR=other
watch
snapshot graph2
leave
[[ $(cat out/copy.txt) == two ]]
