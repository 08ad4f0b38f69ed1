#!/usr/bin/env bash
# With STEPUP_DEBUG=1 the whole traceback of a mistake in a plan is shown.
. ../examples.sh

export STEPUP_DEBUG=1
build 36
grep -q 'run("true", out="out/")' .stepup/fail.log
(($(grep -c '  File ' .stepup/fail.log) > 1))
