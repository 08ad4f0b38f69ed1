#!/usr/bin/env bash
# With -k, a failure stops only what depends on it.
. ../examples.sh

build 36
[[ ! -e after.txt ]]
build 20 -k
[[ -f after.txt && ! -e needs.txt ]]
