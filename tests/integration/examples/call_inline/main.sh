#!/usr/bin/env bash
# The arguments of a call are part of its command, as JSON in the order of the call, with inp and out at the end.
. ../examples.sh

build
[[ $(cat ab.txt) == abab ]]
[[ $(cat upper.txt) == ABAB ]]
