#!/usr/bin/env bash
# A step cannot use its own output.
. ../examples.sh

build 36
grep 'stepup.core.exceptions.CyclicError' .stepup/fail.log
