#!/usr/bin/env bash
# An output that somebody has edited is overwritten by the step that makes it.
. ../examples.sh

echo one > a.txt
build
echo edited > b.txt
build
[[ $(cat b.txt) == one ]]
[[ $(cat c.txt) == one ]]
