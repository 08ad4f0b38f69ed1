#!/usr/bin/env bash
# A static file with an absolute path is watched like any other.
. ../examples.sh

echo one > ../hello.txt
watch
echo two > ../hello.txt
sleep 1
again
[[ $(cat copy.txt) == two ]]
leave
