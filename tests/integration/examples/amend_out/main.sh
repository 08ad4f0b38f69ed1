#!/usr/bin/env bash
# What a step adds to its outputs is built, removed and rebuilt like any other output.
. ../examples.sh

build
[[ $(cat made/one.txt) == one ]]

rm made/one.txt
build
[[ $(cat made/one.txt) == one ]]

sed -i s/one/two/ work.py
build
[[ $(cat made/two.txt) == two && ! -e made/one.txt ]]
