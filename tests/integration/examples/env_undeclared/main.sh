#!/usr/bin/env bash
# A variable that no step declares changes nothing.
. ../examples.sh

export COLOUR=red
build
export COLOUR=blue
build
[[ $(cat out.txt) == red ]]
