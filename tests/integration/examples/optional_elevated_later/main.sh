#!/usr/bin/env bash
# An optional step runs in a later build when a new step needs it.
. ../examples.sh

cp plan1.py plan.py
build
[[ ! -e a.txt ]]
cp plan2.py plan.py
watch
snapshot graph
leave
[[ -f b.txt ]]
