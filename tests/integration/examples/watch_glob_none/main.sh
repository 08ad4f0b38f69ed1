#!/usr/bin/env bash
# A file that appears and disappears again between two builds leaves no trace.
. ../examples.sh

echo one > a.txt
watch
echo two > b.txt
stepup wait -u b.txt
rm b.txt
stepup wait -d b.txt
again
snapshot graph
leave
