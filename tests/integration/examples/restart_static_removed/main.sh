#!/usr/bin/env bash
# A static file that is gone makes the steps that use it pending; with its return all is as before.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build
rm b.txt
start -w
stepup wait
snapshot graph1
leave 16
[[ -f b_copy.txt ]]
echo two > b.txt
start -w
stepup wait
snapshot graph2
leave
