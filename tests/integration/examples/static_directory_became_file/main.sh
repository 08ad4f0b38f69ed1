#!/usr/bin/env bash
# A static tree that became a file has no files in it: the step that uses one waits.
. ../examples.sh

mkdir data
echo one > data/a.txt
build

rm -r data
echo two > data
build 16
