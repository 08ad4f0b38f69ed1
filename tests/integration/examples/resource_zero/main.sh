#!/usr/bin/env bash
# A capacity of zero blocks steps until there is more.
. ../examples.sh

build 16 -r gpu:0
[[ ! -e a.txt ]]
STEPUP_BUILD_RESOURCES=gpu:1 build
[[ -f a.txt ]]
