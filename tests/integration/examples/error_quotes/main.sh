#!/usr/bin/env bash
# A command with a quote that is not closed fails where it is declared.
. ../examples.sh

build 36
grep -q StepUpError .stepup/fail.log
