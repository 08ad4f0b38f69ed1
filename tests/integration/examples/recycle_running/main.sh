#!/usr/bin/env bash
# A plan that is deferred and declares the same step again, which is running meanwhile, lets it go on.
. ../examples.sh

watch -j 4
snapshot graph
leave

[[ $(grep -c 'START │ ./work.py' .stepup/success.log) == 1 ]]
[[ $(cat slow.txt) == slow ]]

# The order of the lines is a matter of timing.
rm stdout*.txt
