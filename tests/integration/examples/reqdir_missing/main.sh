#!/usr/bin/env bash
# Directories need not be declared: what a step writes to is made, what it only looks at is not.
. ../examples.sh

build 20 -k
[[ -f out/deep/a.txt ]]
[[ ! -e nowhere ]]
