#!/usr/bin/env bash
# A directory is a static tree with or without a slash at its end.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
watch
snapshot graph
leave

[[ $(cat names.txt) == "['data/']" ]]
