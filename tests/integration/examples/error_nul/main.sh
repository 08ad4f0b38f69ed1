#!/usr/bin/env bash
# A NUL in a command fails its declaration, and the director goes on.
. ../examples.sh

build 36
grep -q StepUpError .stepup/fail.log
