#!/usr/bin/env bash
# A directory that matches a pattern appears.
. ../examples.sh

mkdir case1
echo one > case1/a.txt
watch
mkdir new
echo two > new/a.txt
mv new case2
stepup wait -u case2/
again
snapshot graph
leave

[[ -e case2.out ]]
