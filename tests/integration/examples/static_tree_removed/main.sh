#!/usr/bin/env bash
# A file of a static tree that was removed keeps its step waiting until it is back.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
build

rm data/a.txt
build 16

echo two > data/a.txt
build
[[ $(cat a.txt) == two ]]
