#!/usr/bin/env bash
# A variable that was amended is compared when StepUp starts again; what was amended is not forgotten.
. ../examples.sh

export FLAVOUR=sweet
build

unset FLAVOUR
build
[[ $(cat flavour.txt) == None ]]

build
