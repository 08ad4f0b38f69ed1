#!/usr/bin/env bash
# A step runs only when all its units are free.
. ../examples.sh

build -r gpu:2
[[ -f a.txt && -f b.txt && -f c.txt ]]
