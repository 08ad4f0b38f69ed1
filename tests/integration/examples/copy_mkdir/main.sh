#!/usr/bin/env bash
# The directory of an output is made before its step runs; a destination with a slash is a directory.
. ../examples.sh

echo hello > hello.txt
watch
snapshot graph
leave

[[ -f sub/one/hello.txt && -f sub/two.txt ]]
