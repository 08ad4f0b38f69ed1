#!/usr/bin/env bash
# Modules that many scripts use may be imported once for all of them.
. ../examples.sh

export PYTHONPATH=$PWD/lib
build --preload-modules heavy_one,heavy_two
[[ $(cat out.txt) == "1 2" ]]
STEPUP_BUILD_PRELOAD_MODULES=heavy_one build
