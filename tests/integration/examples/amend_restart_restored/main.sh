#!/usr/bin/env bash
# A step whose amended input was deleted waits; when the file is back as it was, the step is skipped.
. ../examples.sh

echo data > data.txt
build

rm data.txt
build 16

echo data > data.txt
build
