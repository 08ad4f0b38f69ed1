#!/usr/bin/env bash
# Volatile outputs go whatever is in them.
. ../examples.sh

build
echo mine > log.txt
stepup clean -ac log.txt > clean.txt
[[ ! -e log.txt && -f a.txt ]]
