#!/usr/bin/env bash
# The directory of StepUp itself cannot be a static tree.
. ../examples.sh

build 36
grep -q "GraphError" .stepup/fail.log
