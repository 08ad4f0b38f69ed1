#!/usr/bin/env bash
# A step cannot amend an output in a static tree either.
. ../examples.sh

mkdir -p data
touch data/a.txt
build 36
grep -qF "Static tree (data/) cannot contain build product (data/b.txt)" .stepup/fail.log
