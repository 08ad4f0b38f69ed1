#!/usr/bin/env bash
# An optional step runs when a running step asks for what it makes.
. ../examples.sh

watch
snapshot graph
leave
[[ -f a.txt ]]
