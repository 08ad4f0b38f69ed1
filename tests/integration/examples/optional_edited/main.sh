#!/usr/bin/env bash
# The input of an optional step counts only when the step is needed.
. ../examples.sh

echo one > s.txt
build
echo two > s.txt
build
cp plan2.py plan.py
build
[[ $(cat b.txt) == two ]]
