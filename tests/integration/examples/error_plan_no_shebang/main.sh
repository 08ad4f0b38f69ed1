#!/usr/bin/env bash
# A plan without its first line is refused before anything is started.
. ../examples.sh

build 1
grep -q 'First line of plan differs' .stepup/fail.log
