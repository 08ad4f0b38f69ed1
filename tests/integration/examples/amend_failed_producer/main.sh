#!/usr/bin/env bash
# A step that waits for the product of a step that fails stays pending.
. ../examples.sh

build 20 -k

echo yes > go.txt
build
