#!/usr/bin/env bash
# A file in a static tree is watched like any other input.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
touch data/unused.txt
watch

echo two > data/a.txt
stepup wait -u data/a.txt
again
[[ $(cat a.txt) == two ]]
snapshot graph
leave
