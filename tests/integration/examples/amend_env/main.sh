#!/usr/bin/env bash
# A step that amends a variable runs again when its value has changed.
. ../examples.sh

export FLAVOUR=sweet
build

build

FLAVOUR=sour build
