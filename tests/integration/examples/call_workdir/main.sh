#!/usr/bin/env bash
# A call runs in its workdir, and its paths are relative to it.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat sub/upper.txt) == IN ]]
