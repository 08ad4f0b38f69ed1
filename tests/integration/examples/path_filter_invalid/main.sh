#!/usr/bin/env bash
# An item of the filter begins with a plus or a minus.
. ../examples.sh

export STEPUP_PATH_FILTER=lib
build 36
grep -q 'Invalid filter item: lib' .stepup/fail.log
