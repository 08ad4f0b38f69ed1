#!/usr/bin/env bash
# Outputs that the plan does not declare any more stay in a build for targets, and go in the next complete one.
. ../examples.sh

echo source > s.txt
cp plan1.py plan.py
build
cp plan2.py plan.py
build b.txt
[[ -f a.txt && -f b.txt ]]
build
[[ ! -e a.txt ]]
