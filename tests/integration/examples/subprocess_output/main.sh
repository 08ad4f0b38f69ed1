#!/usr/bin/env bash
# What programs write that a step runs itself is caught, and shown when they fail.
. ../examples.sh

build 4 -k
grep -q 'out of good' .stepup/success.log && exit 1
grep -q 'out of bad' .stepup/fail.log
grep -q 'err of bad' .stepup/fail.log
