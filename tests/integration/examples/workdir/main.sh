#!/usr/bin/env bash
# The paths of a step are relative to its workdir, which is made if it is not there.
. ../examples.sh

echo hello > hello.txt
watch
snapshot graph
leave

[[ $(cat work/deep/copy.txt) == hello ]]
