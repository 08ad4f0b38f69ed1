#!/usr/bin/env bash
# Outputs that somebody has edited or deleted are told apart.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build
echo edited > a_copy.txt
rm b_copy.txt
build
stepup why a_copy > why1.txt
stepup why b_copy > why2.txt
