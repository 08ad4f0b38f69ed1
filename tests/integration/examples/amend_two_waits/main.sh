#!/usr/bin/env bash
# A step that amends one file after another is deferred for each.
. ../examples.sh

build
[[ $(cat out.txt) == both ]]
