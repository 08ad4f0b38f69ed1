#!/usr/bin/env bash
# Inputs outside of the project are watched as well.
. ../examples.sh

echo one > ../around.txt
watch
echo two > ../around.txt
stepup wait -u ../around.txt
again
snapshot graph
leave

[[ $(cat b.txt) == two ]]
