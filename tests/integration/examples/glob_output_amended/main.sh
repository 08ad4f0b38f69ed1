#!/usr/bin/env bash
# A step cannot amend an output that a pattern matches.
. ../examples.sh

build 36
grep -qF "Glob pattern (*.dat) registered by step (./plan.py) matches (a.dat), which step (./work.py) builds." .stepup/fail.log
