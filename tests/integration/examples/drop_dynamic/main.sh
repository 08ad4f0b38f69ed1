#!/usr/bin/env bash
# What a step had added to itself is dropped when it really runs, and not when it is skipped.
. ../examples.sh

echo one > one.txt
echo two > two.txt
echo one > which.txt
build

echo one > which.txt
build

echo two > which.txt
build
[[ -e two.out && ! -e one.out ]]

echo changed > one.txt
build
