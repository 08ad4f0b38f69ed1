#!/usr/bin/env bash
# A step runs again when a variable that it declares has another value at the next start.
. ../examples.sh

export LANGUAGE_OF_GREETING=english
build
build
export LANGUAGE_OF_GREETING=dutch
build
[[ $(cat out.txt) == dutch ]]
unset LANGUAGE_OF_GREETING
build
[[ $(cat out.txt) == none ]]
