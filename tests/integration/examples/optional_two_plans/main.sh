#!/usr/bin/env bash
# A step of one plan can need an optional step of another.
. ../examples.sh

echo x > x.txt
watch
snapshot graph
leave
[[ -f two/y.txt && ! -e one/z.txt ]]
