#!/usr/bin/env bash
# The exit code of a failed step is shown, be it a number or a signal.
. ../examples.sh

build 4 -k
grep -q 'exit 300  # exit=44' .stepup/fail.log
grep -q '# exit=-9' .stepup/fail.log
grep -q "(cd 'a b' && false)  # exit=1" .stepup/fail.log
