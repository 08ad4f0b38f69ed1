#!/usr/bin/env bash
# A static tree is the sole owner of what is in it: another plan cannot declare a file there.
. ../examples.sh

mkdir -p data
touch data/a.txt
build 36
grep -q "sole owner" .stepup/fail.log
