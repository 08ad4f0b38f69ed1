#!/usr/bin/env bash
# A directory in which something is built cannot be a static tree; the message is the same as the other way round.
. ../examples.sh

mkdir -p data
echo one > a.txt
build 36
grep -qF "Static tree (data/) cannot contain build product (data/b.txt)" .stepup/fail.log
