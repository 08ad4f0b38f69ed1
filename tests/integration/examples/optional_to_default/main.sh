#!/usr/bin/env bash
# A step that is not optional any more runs; one that becomes optional is taken back.
. ../examples.sh

cp plan1.py plan.py
build
[[ ! -e a.txt && -f b.txt ]]
cp plan2.py plan.py
watch
snapshot graph
leave
[[ -f a.txt && ! -e b.txt ]]
