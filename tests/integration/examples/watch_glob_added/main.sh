#!/usr/bin/env bash
# A file that matches a pattern of a plan appears: the plan runs again and sees it.
. ../examples.sh

mkdir data
echo one > data/a.txt
watch
echo two > data/b.txt
stepup wait -u data/b.txt
again
snapshot graph
leave

[[ -e out/b.txt ]]
