#!/usr/bin/env bash
# A whole directory of inputs is removed and made again with something else in it.
. ../examples.sh

mkdir data
echo one > data/a.txt
watch
rm -r data
stepup wait -d data/a.txt
mkdir data
echo two > data/a.txt
stepup wait -u data/a.txt
again
snapshot graph
leave

[[ $(cat b.txt) == two ]]
