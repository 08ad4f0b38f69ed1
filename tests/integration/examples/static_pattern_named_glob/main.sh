#!/usr/bin/env bash
# What glob() found can be declared static as it is.
. ../examples.sh

echo 1 > ch1.txt
echo 2 > ch2.txt
echo x > chx.txt
watch
snapshot graph
leave

[[ -f out1.txt && -f out2.txt && ! -f outx.txt ]]
