#!/usr/bin/env bash
# A pattern declares the directories that match it as static trees.
. ../examples.sh

mkdir -p data/a data/b
echo 1 > data/a/1.txt
echo 2 > data/b/2.txt
echo 0 > data/0.txt
watch
snapshot graph
leave

[[ $(cat names.txt) == "data/0.txt data/a/ data/b/" ]]
