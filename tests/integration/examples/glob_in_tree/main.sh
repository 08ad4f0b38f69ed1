#!/usr/bin/env bash
# Matches in a static tree are static, whether some step uses them or not.
. ../examples.sh

mkdir -p data/deep
echo 1 > data/a.txt
echo 2 > data/deep/b.txt
watch
snapshot graph
leave

[[ $(cat names.txt) == "data/a.txt data/deep/b.txt" ]]
