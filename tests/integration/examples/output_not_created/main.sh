#!/usr/bin/env bash
# A step that does not make what it promised has failed, whatever its exit code.
. ../examples.sh

build 36
grep -q "Expected outputs not created" .stepup/fail.log
grep -qx "promised.txt" .stepup/fail.log
