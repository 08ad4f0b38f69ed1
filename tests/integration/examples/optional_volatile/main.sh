#!/usr/bin/env bash
# The volatile outputs of an optional step go with the others.
. ../examples.sh

cp plan1.py plan.py
build
[[ -f log.txt ]]
cp plan2.py plan.py
build
[[ ! -e a.txt && ! -e log.txt ]]
