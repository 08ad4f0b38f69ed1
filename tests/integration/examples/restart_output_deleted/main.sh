#!/usr/bin/env bash
# An output that was deleted is made again; steps that use it are only checked, as it has the same content.
. ../examples.sh

echo one > a.txt
build
rm b.txt
start -w
stepup wait
snapshot graph
leave
[[ -f b.txt ]]
