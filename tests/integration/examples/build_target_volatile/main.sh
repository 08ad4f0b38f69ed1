#!/usr/bin/env bash
# A volatile output cannot be a target: nobody knows whether it is up to date.
. ../examples.sh

build 36 log.txt
grep -q "A build target cannot be a volatile output: log.txt" .stepup/fail.log
build
build 4 log.txt
grep -q "A build target cannot be a volatile output: log.txt" .stepup/fail.log
