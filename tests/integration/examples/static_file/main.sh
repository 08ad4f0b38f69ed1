#!/usr/bin/env bash
# A file that a plan declares static is an input that nobody builds.
. ../examples.sh

echo one > a.txt
watch
snapshot graph
leave

[[ $(cat b.txt) == one ]]
