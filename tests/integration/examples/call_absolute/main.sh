#!/usr/bin/env bash
# The script of a call is not an absolute path.
. ../examples.sh

build 36
grep 'PathError: executable must not be an absolute path' .stepup/fail.log
