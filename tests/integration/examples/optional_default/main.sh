#!/usr/bin/env bash
# In watch mode too, an optional step comes and goes with those who need it.
. ../examples.sh

cp plan1.py plan.py
watch
[[ -f a.txt ]]
cp plan2.py plan.py
stepup wait -u plan.py
again
snapshot graph2
[[ ! -e a.txt ]]
cp plan1.py plan.py
stepup wait -u plan.py
again
snapshot graph3
leave
[[ -f b.txt ]]
