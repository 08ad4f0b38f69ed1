#!/usr/bin/env bash
# Spaces and other odd characters in names are no problem.
. ../examples.sh

mkdir -p "my data"
echo 1 > "my data/a b.txt"
echo 2 > "it's.txt"
echo 3 > 'back\slash.txt'
watch
snapshot graph
leave

[[ $(cat "my out/a b.txt" "copy of it's.txt" "c.txt") == $'1\n2\n3' ]]
