#!/usr/bin/env bash
# A function may amend what it finds out while it runs.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat all.txt) == "a b" ]]
