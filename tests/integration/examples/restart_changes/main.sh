#!/usr/bin/env bash
# Edited, deleted and new files are all noticed at the next start, and told in the order of their paths.
. ../examples.sh

echo one > a.txt
echo two > b.txt
echo three > c.txt
build
echo four > c.txt
echo five > a.txt
rm b_copy.txt
start -w
stepup wait
snapshot graph
leave
[[ $(cat all.txt) == $'five\ntwo\nfour' ]]
