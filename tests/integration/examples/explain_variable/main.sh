#!/usr/bin/env bash
# With -e, a step that runs again because of a variable shows its values, set or not.
. ../examples.sh

export GREETING=hello
build -e
export GREETING="good  'evening'" OTHER=1
build -e
