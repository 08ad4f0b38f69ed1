#!/usr/bin/env bash
# A static file belongs to one plan: the second plan that declares it is refused, whichever it is.
. ../examples.sh

echo one > a.txt
mkdir -p sub
build 36
grep -q "GraphError" .stepup/fail.log
