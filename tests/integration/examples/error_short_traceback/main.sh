#!/usr/bin/env bash
# A mistake in a plan is shown without the frames of StepUp itself.
. ../examples.sh

build 36
grep -q 'run("true", out="out/")' .stepup/fail.log
grep -q 'STEPUP_DEBUG=1' .stepup/fail.log
(($(grep -c '  File ' .stepup/fail.log) == 1))
