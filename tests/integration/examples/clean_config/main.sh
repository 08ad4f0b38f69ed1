#!/usr/bin/env bash
# What clean does can be chosen in files and variables.
. ../examples.sh

build
stepup clean > clean_dry.txt
STEPUP_CLEAN_COMMIT=yes stepup clean > clean.txt
[[ ! -e a.txt ]]
