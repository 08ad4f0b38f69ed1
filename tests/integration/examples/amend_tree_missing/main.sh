#!/usr/bin/env bash
# A file that is not in its static tree is unavailable, until it is there.
. ../examples.sh

mkdir data
touch data/other.txt
build 16

echo one > data/one.txt
build
[[ $(cat out.txt) == one ]]
