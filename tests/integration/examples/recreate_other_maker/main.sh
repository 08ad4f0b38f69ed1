#!/usr/bin/env bash
# An output that another step makes now is made anew, and is not removed.
. ../examples.sh

watch
cp plan2.txt plan.py
stepup wait -u plan.py
again
snapshot graph
leave
[[ $(cat made.txt) == new ]]
