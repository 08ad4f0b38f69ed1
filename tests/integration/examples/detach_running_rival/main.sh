#!/usr/bin/env bash
# A step that makes a file which a detached running step may still write waits for that one.
. ../examples.sh

start -j 4
finish
[[ $(cat slow.txt) == quick ]]

build

# The order of the lines is a matter of timing.
rm stdout*.txt
