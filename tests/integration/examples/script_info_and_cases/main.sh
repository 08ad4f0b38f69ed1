#!/usr/bin/env bash
# A script may have a step of its own and cases.
. ../examples.sh

build
[[ -f one.txt && -f x.txt && -f "y z.txt" ]]
