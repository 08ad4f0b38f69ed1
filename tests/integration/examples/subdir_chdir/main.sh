#!/usr/bin/env bash
# A plan may change its directory: what it declares is relative to where it stands.
. ../examples.sh

mkdir -p sub
echo hello > sub/hello.txt
watch
snapshot graph
leave

[[ $(cat sub/copy.txt) == hello ]]
