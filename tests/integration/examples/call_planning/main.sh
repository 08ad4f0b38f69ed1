#!/usr/bin/env bash
# A function may declare steps when its call says that it plans.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat b.txt) == b ]]
