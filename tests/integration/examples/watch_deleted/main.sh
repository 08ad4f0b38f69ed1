#!/usr/bin/env bash
# An input that is deleted leaves its step pending; nothing that was made is removed.
. ../examples.sh

echo one > a.txt
echo two > b.txt
watch
rm a.txt
stepup wait -d a.txt
again
snapshot graph
leave 16

[[ -e c.txt ]]
