#!/usr/bin/env bash
# A file that the plan declares no longer is not known any more, and stays on disk.
. ../examples.sh

echo 1 > a.txt
echo a.txt > names.txt
watch
snapshot graph1

echo > names.txt
stepup wait -u names.txt
again
snapshot graph2
leave
[[ -f a.txt && ! -f a.out ]]
