#!/usr/bin/env bash
# Patterns match hidden names, too, and so the directory of StepUp itself, which nobody may use.
. ../examples.sh

build 36
grep -qF "Glob pattern (*) matches a path under .stepup: .stepup" .stepup/fail.log
