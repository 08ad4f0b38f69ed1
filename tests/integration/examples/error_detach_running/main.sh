#!/usr/bin/env bash
# A running step that its plan does not declare again and that fails stops the build, but is not counted.
. ../examples.sh

start -j 4
finish 32
grep 'FAIL │ ./work.py' .stepup/fail.log
! grep 'step(s) failed' .stepup/warning.log

build

# The order of the lines is a matter of timing.
rm stdout*.txt
