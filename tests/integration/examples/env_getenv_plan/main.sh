#!/usr/bin/env bash
# A plan that looks a variable up runs again when it changes, and declares other steps.
. ../examples.sh

export FLAVOUR=vanilla
watch
snapshot graph1
leave
export FLAVOUR=lemon
watch
snapshot graph2
leave
[[ ! -e vanilla.txt ]]
[[ -e lemon.txt ]]
