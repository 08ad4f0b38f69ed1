#!/usr/bin/env bash
# A function may make the command of the paths that it names, variables substituted.
. ../examples.sh

export NAME=second
watch
snapshot graph
leave
[[ $(cat "all of it.txt") == "one two" ]]
