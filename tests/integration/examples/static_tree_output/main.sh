#!/usr/bin/env bash
# Nothing can be built in a static tree.
. ../examples.sh

mkdir -p data
echo one > data/a.txt
build 36
grep -q "GraphError" .stepup/fail.log
grep -qF "Static tree (data/) cannot contain build product (data/b.txt)" .stepup/fail.log
[[ ! -e data/b.txt ]]
