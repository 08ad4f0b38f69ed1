#!/usr/bin/env bash
# A file that was only touched, or rewritten with the same content, has not changed.
. ../examples.sh

echo one > a.txt
build
touch -d 2001-01-01 a.txt b.txt
build
rm a.txt
echo one > a.txt
build
