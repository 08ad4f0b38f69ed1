#!/usr/bin/env bash
# The project root cannot be a static tree.
. ../examples.sh

build 36
grep -q "cannot be the project root" .stepup/fail.log
