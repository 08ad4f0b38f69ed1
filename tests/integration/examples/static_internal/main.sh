#!/usr/bin/env bash
# Nothing under .stepup can be declared static.
. ../examples.sh

mkdir -p .stepup
touch .stepup/mine.txt
build 36
grep -q "GraphError\|PathError" .stepup/fail.log
