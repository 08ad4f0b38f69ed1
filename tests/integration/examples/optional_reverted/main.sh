#!/usr/bin/env bash
# What an optional step had made is taken back when nobody needs it any more.
. ../examples.sh

cp plan1.py plan.py
build
[[ -f b.txt ]]
cp plan2.py plan.py
watch
snapshot graph
leave
[[ ! -e a.txt && ! -e b.txt ]]
