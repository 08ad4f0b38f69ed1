#!/usr/bin/env bash
# A plan in a directory has its own paths.
. ../examples.sh

mkdir -p sub
echo hello > sub/hello.txt
watch
snapshot graph
leave

[[ $(cat sub/copy.txt) == hello && $(cat up.txt) == hello ]]
