#!/usr/bin/env bash
# A list of paths in a variable is read, and the step depends on it.
. ../examples.sh

mkdir -p a b
touch a/x.txt b/y.txt
export PLACES=a:b
watch
snapshot graph1
leave
export PLACES=b
watch
snapshot graph2
leave
