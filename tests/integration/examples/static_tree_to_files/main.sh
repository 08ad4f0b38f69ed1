#!/usr/bin/env bash
# A plan that declares a tree instead of its files, and files instead of their tree, does not run the steps again.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
echo data/a.txt > what.txt
watch
snapshot graph1

echo data/ > what.txt
stepup wait -u what.txt
again
snapshot graph2

echo data/a.txt > what.txt
stepup wait -u what.txt
again
snapshot graph3
leave
