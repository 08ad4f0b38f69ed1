#!/usr/bin/env bash
# A product that was made while a step was running may have been read too early: the step runs once more, at once.
. ../examples.sh

build -j 2
[[ $(cat out.txt) == data ]]

# The order of the lines is a matter of timing.
rm stdout*.txt
