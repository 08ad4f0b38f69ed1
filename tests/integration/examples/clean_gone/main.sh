#!/usr/bin/env bash
# What is gone already is said to be.
. ../examples.sh

build
rm a.txt
stepup clean -ac > clean.txt
[[ ! -e b.txt ]]
stepup clean -ac > clean_again.txt
