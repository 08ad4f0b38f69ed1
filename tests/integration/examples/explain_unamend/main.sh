#!/usr/bin/env bash
# When a file that a step had amended is gone, what it had amended is forgotten and the step runs to find out anew.
. ../examples.sh

echo a.txt b.txt > names.txt
echo one > a.txt
echo two > b.txt
build -e
rm b.txt
echo a.txt > names.txt
build -e
start -w -e
stepup wait
snapshot graph
leave
