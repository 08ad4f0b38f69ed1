#!/usr/bin/env bash
# A named wildcard in a static pattern stands for the same text wherever it occurs.
. ../examples.sh

mkdir -p x y
touch x/x.txt x/y.txt y/y.txt
watch
snapshot graph
leave

[[ $(cat names.txt) == "x/x.txt y/y.txt" ]]
