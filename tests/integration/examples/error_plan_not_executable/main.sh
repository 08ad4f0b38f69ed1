#!/usr/bin/env bash
# A plan that is not executable is refused before anything is started.
. ../examples.sh

chmod -x plan.py
build 1
grep -q 'File is not executable: plan.py' .stepup/fail.log
