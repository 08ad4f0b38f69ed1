#!/usr/bin/env bash
# Volatile outputs are built, too: they cannot be in a static tree.
. ../examples.sh

mkdir -p data
build 36
grep -qF "cannot contain build product (data/log.txt)" .stepup/fail.log
