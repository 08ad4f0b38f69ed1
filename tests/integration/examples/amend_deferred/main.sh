#!/usr/bin/env bash
# A step that amends what is not built yet is deferred, and runs again when it is.
. ../examples.sh

build
build

[[ $(cat late.txt) == early ]]
