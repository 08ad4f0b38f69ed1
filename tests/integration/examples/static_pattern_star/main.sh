#!/usr/bin/env bash
# A pattern declares the files that match it, and nothing else.
. ../examples.sh

echo 1 > a1.txt
echo 2 > a2.txt
echo 3 > b1.txt
watch
snapshot graph
leave

[[ -f a1.out && -f a2.out && ! -f b1.out ]]
