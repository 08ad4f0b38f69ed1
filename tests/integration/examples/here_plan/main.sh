#!/usr/bin/env bash
# HERE and ROOT in the paths of a plan are those of the directory that the paths are relative to.
. ../examples.sh

mkdir -p sub inner
echo hello > sub/hello.txt
watch
snapshot graph
leave

[[ $(cat public/sub/copy.txt) == hello ]]
