#!/usr/bin/env bash
# A step that runs again and amends less than before: the rest goes.
. ../examples.sh

touch one.txt two.txt
echo one.txt two.txt > list.txt
watch
snapshot graph1
echo two.txt > list.txt
stepup wait -u list.txt
again
snapshot graph2
leave
[[ ! -e one.txt.out && -e two.txt.out ]]
