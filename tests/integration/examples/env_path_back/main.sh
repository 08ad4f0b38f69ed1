#!/usr/bin/env bash
# A path in a variable that is relative to the root is rewritten for the step.
. ../examples.sh

export DATA=data
build
[[ $(cat sub/where.txt) == ../data ]]
