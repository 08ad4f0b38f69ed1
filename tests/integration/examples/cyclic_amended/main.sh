#!/usr/bin/env bash
# A step that amends what is made from its own output is refused.
. ../examples.sh

build 36
grep 'stepup.core.exceptions.CyclicError' .stepup/fail.log
