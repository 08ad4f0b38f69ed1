#!/usr/bin/env bash
# A static file that was replaced by a directory stops the build with a message.
. ../examples.sh

echo one > a.txt
build

rm a.txt
mkdir a.txt
code=0
sb -j 1 > out.txt || code=$?
[[ $code -ne 0 ]]
grep -q "Could not hash a.txt" .stepup/fail.log
