#!/usr/bin/env bash
# A static file that does not exist is refused where the plan names it.
. ../examples.sh

build 36
grep -q 'PathError' .stepup/fail.log
grep -q 'nowhere.txt' .stepup/fail.log
