#!/usr/bin/env bash
# The script of a call is a relative path with a slash, for it is not looked for in the PATH.
. ../examples.sh

build 36
grep 'PathError: executable must contain a path separator' .stepup/fail.log
