#!/usr/bin/env bash
# A directory cannot be an input or an output of a step.
. ../examples.sh

build 36
grep -q 'Directories are not allowed: out/' .stepup/fail.log
