#!/usr/bin/env bash
# Only what the targets need is reported as pending.
. ../examples.sh

build 16 a.txt
grep -q "1 step(s) remained pending" .stepup/warning.log
