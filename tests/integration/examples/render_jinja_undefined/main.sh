#!/usr/bin/env bash
# A name without a value fails the step and is named with its line.
. ../examples.sh

build 36
grep "template.txt:2: 'other' is undefined" .stepup/fail.log
[[ ! -e out.txt ]]
