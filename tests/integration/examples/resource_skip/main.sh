#!/usr/bin/env bash
# A step that is up to date needs no resources to be skipped.
. ../examples.sh

echo one > s.txt
build -r gpu:1
touch s.txt
echo "# a comment" >> plan.py
build
