#!/usr/bin/env bash
# A step may amend a file that it declares static itself.
. ../examples.sh

echo one > data.txt
build
echo two > data.txt
build
