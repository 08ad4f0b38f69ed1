#!/usr/bin/env bash
# A step can read the digest of its inputs, which is the one in the graph and changes with what is in it.
. ../examples.sh

echo one > a.txt
export COLOUR=red
watch
snapshot graph
leave
cp digest.txt first.txt
[[ $(tr -d ' =\n' <<< "$(grep 'inp_digest' graph.txt | tail -1 | cut -d= -f2)") == $(cat first.txt) ]]
export COLOUR=blue
build
! cmp digest.txt first.txt
export COLOUR=red
build
cmp digest.txt first.txt
