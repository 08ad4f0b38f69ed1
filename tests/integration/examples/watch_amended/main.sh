#!/usr/bin/env bash
# An amended input is edited.
. ../examples.sh

echo one > a.txt
watch
echo two > a.txt
stepup wait -u a.txt
again
snapshot graph
leave

[[ $(cat b.txt) == two ]]
