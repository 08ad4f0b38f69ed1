#!/usr/bin/env bash
# What a step builds cannot be declared static.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build 36
grep -q "GraphError" .stepup/fail.log
