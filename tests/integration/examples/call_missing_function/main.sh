#!/usr/bin/env bash
# A function that the script does not have fails the call.
. ../examples.sh

build 36
grep "does not define a function 'missing'" .stepup/fail.log
