#!/usr/bin/env bash
# With --all, the outputs of all steps go; the next build makes them again.
. ../examples.sh

build
stepup clean -a > clean_dry.txt
stepup clean -ac > clean.txt
[[ ! -e a.txt && ! -e sub && ! -e log.txt ]]
build
[[ -f sub/b.txt ]]
