#!/usr/bin/env bash
# A static file cannot be a target: the plan that declares it fails, and later the build does not even begin.
. ../examples.sh

echo source > s.txt
build 36 s.txt
grep -q "A build target cannot be a static file: s.txt" .stepup/fail.log
build
build 4 -w s.txt
grep -q "Invalid build target: A build target cannot be a static file: s.txt" .stepup/fail.log
