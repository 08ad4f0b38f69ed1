#!/usr/bin/env bash
# A call that plans always runs, so it cannot be optional.
. ../examples.sh

build 36
grep "optional and planning are mutually exclusive" .stepup/fail.log
