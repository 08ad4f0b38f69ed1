#!/usr/bin/env bash
# What a plan asked for is remembered from one build to the next.
. ../examples.sh

touch a1.dat a2.dat
watch
snapshot graph1
leave

watch
snapshot graph2
leave
cmp graph1.txt graph2.txt

touch a3.dat
rm a1.dat
watch
snapshot graph3
leave
[[ -f a2.out && -f a3.out && ! -f a1.out ]]
