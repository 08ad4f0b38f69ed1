#!/usr/bin/env bash
# A plan that raises fails, and what it had declared is detached.
. ../examples.sh

build 36
grep -q 'ValueError: no more' .stepup/fail.log
