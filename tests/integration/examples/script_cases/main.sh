#!/usr/bin/env bash
# A script with cases is a step for each.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat b22.txt) == bbbbbbbbbbbbbbbbbbbbbb ]]
