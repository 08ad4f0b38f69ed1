#!/usr/bin/env bash
# Without a plan there is nothing to build.
. ../examples.sh

build 1 2> stderr.txt
grep -q '^ERROR: File plan.py does not exist' stderr.txt
[[ ! -e .stepup ]]
