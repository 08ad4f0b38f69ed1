#!/usr/bin/env bash
# Nothing is removed unless it is asked for.
. ../examples.sh

cp plan1.py plan.py
build
cp plan2.py plan.py
build --no-clean
stepup clean > clean.txt
[[ -f a.txt && -f sub/b.txt ]]
