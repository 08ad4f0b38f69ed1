#!/usr/bin/env bash
# A new file that a pattern matches explains why the plan ran, and with it the new steps.
. ../examples.sh

echo one > in1.txt
build
echo two > in2.txt
build
stepup why copy_of_in2.txt > why1.txt
stepup why copy_of_in1.txt > why2.txt
