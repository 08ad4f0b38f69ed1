#!/usr/bin/env bash
# A step that amended the product of a step that is gone runs again, and may do without it.
. ../examples.sh

echo yes > which.txt
build

echo no > which.txt
sed -i /made/d plan.py
build
[[ ! -e made.txt ]]
