#!/usr/bin/env bash
# A recursive pattern sees a file in a directory that was made while StepUp watched.
. ../examples.sh

mkdir data
echo one > data/a.txt
watch
mkdir -p data/deep/deeper
echo two > data/deep/deeper/b.txt
stepup wait -u data/deep/deeper/b.txt
again
snapshot graph
leave

[[ -e out/b.txt ]]
