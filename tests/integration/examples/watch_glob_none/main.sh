#!/usr/bin/env bash
# A file that appears and disappears again between two builds leaves no trace.
. ../examples.sh

echo one > a.src
watch
echo two > b.src
stepup wait -u b.src
rm b.src
stepup wait -d b.src
again
snapshot graph
leave
