#!/usr/bin/env bash
# A plan that asks for a variable runs again when the variable changes.
. ../examples.sh

NUMBER=1 build
[[ -f out1.txt ]]
NUMBER=1 build
NUMBER=2 build
[[ ! -e out1.txt && -f out2.txt ]]
build
[[ -f outnone.txt ]]
