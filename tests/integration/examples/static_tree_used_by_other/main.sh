#!/usr/bin/env bash
# Any plan may use the files of a static tree.
. ../examples.sh

mkdir -p data sub
echo one > data/a.txt
watch
snapshot graph
leave

[[ $(cat sub/a.txt) == one ]]
