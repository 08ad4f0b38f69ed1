#!/usr/bin/env bash
# The status counts steps and files by state, and says why steps are pending.
. ../examples.sh

echo one > a.txt
build 16 -r gpu:1
stepup status > status.txt
