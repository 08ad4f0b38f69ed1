#!/usr/bin/env bash
# An output that somebody edits is made again.
. ../examples.sh

echo one > a.txt
watch
echo hacked > b.txt
stepup wait -u b.txt
again
snapshot graph
leave

[[ $(cat b.txt) == one ]]
