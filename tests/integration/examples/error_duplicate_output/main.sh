#!/usr/bin/env bash
# Two steps cannot make the same file.
. ../examples.sh

build 36
grep -q GraphError .stepup/fail.log
