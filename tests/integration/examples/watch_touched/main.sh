#!/usr/bin/env bash
# A file that is only touched is reported, found to be the same, and nothing runs.
. ../examples.sh

echo one > a.txt
watch
touch a.txt
stepup wait -u a.txt
again
snapshot graph
leave

grep 'SAMEHASH │ a.txt' stdout1.txt
