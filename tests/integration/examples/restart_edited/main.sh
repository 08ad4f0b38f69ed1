#!/usr/bin/env bash
# An input that was edited between two builds runs the steps that use it, and only those.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build

echo three > b.txt
build

[[ $(cat b_copy.txt) == three ]]
