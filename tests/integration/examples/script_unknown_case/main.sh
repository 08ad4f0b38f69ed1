#!/usr/bin/env bash
# A name that does not fit the format of the cases is no case.
. ../examples.sh

build 36
grep "Could not parse string 'c' with CASE_FMT" .stepup/fail.log
