#!/usr/bin/env bash
# When an edited source leads to the same intermediate file, what follows is skipped.
. ../examples.sh

echo one > a.txt
watch
echo two > a.txt
stepup wait -u a.txt
again
snapshot graph
leave
