#!/usr/bin/env bash
# A variable that has another value, and words that a plan puts in front of a command, are reasons.
. ../examples.sh

export GREETING=hello
build
export GREETING=goodbye
build
stepup why out.txt > why1.txt
sed -i 's/NAME=one/NAME=two/' plan.py
build
stepup why "printenv NAME" > why2.txt
