#!/usr/bin/env bash
# When the plan that needed it is gone, an optional step of another plan is taken back.
. ../examples.sh

cp plan1.py plan.py
echo x > x.txt
build
[[ -f two/y.txt ]]
cp plan2.py plan.py
watch
snapshot graph
leave
[[ ! -e one/y.txt && ! -e two/y.txt ]]
