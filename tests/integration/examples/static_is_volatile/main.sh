#!/usr/bin/env bash
# What a step makes as a volatile output cannot be declared static.
. ../examples.sh

touch b.txt
build 36
grep -q "GraphError" .stepup/fail.log
