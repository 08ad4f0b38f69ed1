#!/usr/bin/env bash
# The same command cannot be declared twice.
. ../examples.sh

build 36
grep -q GraphError .stepup/fail.log
