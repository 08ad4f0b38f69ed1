#!/usr/bin/env bash
# A volatile output is never compared: edited or deleted, it is no reason to run.
. ../examples.sh

echo one > a.txt
build
echo edited > log.txt
build
rm log.txt
start -w
stepup wait
snapshot graph
leave
[[ ! -e log.txt ]]
