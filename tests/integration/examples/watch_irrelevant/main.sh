#!/usr/bin/env bash
# Files that no step uses are never reported.
. ../examples.sh

echo one > a.txt
mkdir data
echo one > data/used.txt
echo one > data/unused.txt
watch
echo two > other.txt
echo two > data/unused.txt
echo two > data/new.txt
mkdir empty
rm other.txt
rmdir empty
echo two > data/used.txt
stepup wait -u data/used.txt
again
snapshot graph
leave
