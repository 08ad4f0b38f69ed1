#!/usr/bin/env bash
# An optional step that fails is a failure like any other, if it is needed.
. ../examples.sh

build 36
grep -q "FAIL │ false" .stepup/fail.log
