#!/usr/bin/env bash
# An amended static file was deleted, together with the line that asked for it.
. ../examples.sh

echo extra > extra.txt
echo extra.txt > list.txt
build

rm extra.txt
: > list.txt
build
[[ $(cat out.txt) == "" ]]
