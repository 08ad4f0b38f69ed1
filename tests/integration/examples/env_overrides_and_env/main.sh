#!/usr/bin/env bash
# A variable is either set for a step or taken from outside, not both.
. ../examples.sh

build 36
grep -q StepUpError .stepup/fail.log
