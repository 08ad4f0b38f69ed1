#!/usr/bin/env bash
# Paths become words for a shell, with their variables substituted.
. ../examples.sh

export WORD="a b"
watch
snapshot graph
leave
[[ -f "a b.txt" && -f "it's.txt" ]]
