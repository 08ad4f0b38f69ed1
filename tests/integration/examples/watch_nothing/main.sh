#!/usr/bin/env bash
# A rebuild without any change runs nothing.
. ../examples.sh

echo one > a.txt
watch
again
again
snapshot graph
leave

[[ $(grep -c 'START │' stdout1.txt) == 2 ]]
