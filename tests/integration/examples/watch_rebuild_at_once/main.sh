#!/usr/bin/env bash
# An edit just before the rebuild is not lost, although nobody waited for it.
. ../examples.sh

echo one > a.txt
watch
echo two > a.txt
again
leave

[[ $(cat b.txt) == two ]]
