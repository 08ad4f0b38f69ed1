#!/usr/bin/env bash
# A directory in the place of an input is an error, and nothing runs before it is mended.
. ../examples.sh

echo one > a.txt
echo one > b.txt
watch
rm a.txt
mkdir a.txt
stepup wait -d a.txt
again
grep 'Could not hash a.txt' stdout1.txt
rmdir a.txt
echo two > a.txt
stepup wait -u a.txt
again
snapshot graph
leave

[[ $(cat c.txt) == two ]]
