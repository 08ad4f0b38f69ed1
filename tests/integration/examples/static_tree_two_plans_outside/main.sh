#!/usr/bin/env bash
# A directory in which another plan has declared a file cannot be a static tree.
. ../examples.sh

mkdir -p data
touch data/a.txt
build 36
grep -q "sole owner" .stepup/fail.log
