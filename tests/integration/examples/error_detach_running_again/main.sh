#!/usr/bin/env bash
# A running step that is declared again, and then fails, has failed.
. ../examples.sh

start -j 4
finish 36
grep 'step(s) failed' .stepup/warning.log

# The order of the lines is a matter of timing.
rm stdout*.txt
