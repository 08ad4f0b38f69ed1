#!/usr/bin/env bash
# Patterns match names with spaces.
. ../examples.sh

touch "a b.dat" "c d.dat"
watch
snapshot graph
leave

[[ -f "a b.out" && -f "c d.out" ]]
