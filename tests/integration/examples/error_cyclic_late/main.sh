#!/usr/bin/env bash
# The circle is found, too, when the declaration that closes it comes after the amended input.
. ../examples.sh

build 36
grep 'stepup.core.exceptions.CyclicError' .stepup/fail.log
