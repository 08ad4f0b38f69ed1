#!/usr/bin/env bash
# HERE is the way from the root to a step's directory, ROOT the way back.
. ../examples.sh

mkdir -p sub/deep
watch
snapshot graph
leave

[[ $(cat here.txt) == "sub/deep ../.." ]]
