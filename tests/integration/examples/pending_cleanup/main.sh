#!/usr/bin/env bash
# As long as something remains pending, nothing is removed.
. ../examples.sh

cp plan1.py plan.py
build
cp plan2.py plan.py
build 16
[[ -f old.txt ]]
cp plan3.py plan.py
build
[[ ! -e old.txt ]]
