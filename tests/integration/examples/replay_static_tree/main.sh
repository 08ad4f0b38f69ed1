#!/usr/bin/env bash
# A plan that runs again declares the same tree again: the files in it are as they were.
. ../examples.sh

mkdir data
echo 1 > data/a.txt
echo first > note.txt
watch
snapshot graph1

echo second > note.txt
stepup wait -u note.txt
again
snapshot graph2
leave
