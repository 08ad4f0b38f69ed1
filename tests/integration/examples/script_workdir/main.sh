#!/usr/bin/env bash
# A script may run in another directory, also one that takes variables.
. ../examples.sh

WORD=cat build
[[ $(cat sub/count.txt) == 1 ]]
WORD=the build
[[ $(cat sub/count.txt) == 2 ]]
