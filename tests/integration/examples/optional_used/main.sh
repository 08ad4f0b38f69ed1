#!/usr/bin/env bash
# An optional step runs when a step that runs needs what it makes.
. ../examples.sh

watch
snapshot graph
leave
[[ -f b.txt ]]
