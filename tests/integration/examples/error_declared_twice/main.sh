#!/usr/bin/env bash
# A step that two plans declare is refused when the second one does.
. ../examples.sh

build 36
grep 'touch made.txt' .stepup/fail.log
sed -i /touch/d two.py
build
