#!/usr/bin/env bash
# A step that amends a static file depends on it from then on.
. ../examples.sh

echo one > note.txt
build

echo two > note.txt
build
build

[[ $(cat copy.txt) == two ]]
