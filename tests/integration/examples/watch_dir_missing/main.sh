#!/usr/bin/env bash
# The directory of outputs is removed, and made again.
. ../examples.sh

echo one > a.txt
watch
rm -r out
stepup wait -d out/deep/a.txt
again
snapshot graph
leave

[[ -e out/deep/a.txt ]]
