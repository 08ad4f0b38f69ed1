#!/bin/bash
# The configuration is a pile of files; variables lie on top of them, and options on top of all.
. ../examples.sh
export HOME="$PWD"

stepup config > config1.txt
build 4
STEPUP_BUILD_KEEP_GOING=no stepup config > config2.txt
STEPUP_BUILD_KEEP_GOING=no build 36
build 36 --no-keep-going
