#!/usr/bin/env bash
# Paths are relative to where one stands, also those that are printed; that directory stays.
. ../examples.sh

build
cd sub
STEPUP_ROOT=.. stepup clean -a > ../clean_here.txt
STEPUP_ROOT=.. stepup clean -a .. > ../clean_above.txt
STEPUP_ROOT=.. stepup clean -ac > ../clean_commit.txt
cd ..
[[ -d sub && ! -e sub/deep && -f a.txt ]]
