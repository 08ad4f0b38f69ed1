#!/usr/bin/env bash
# What was the output of a step that is gone may be supplied by hand, as a static file.
. ../examples.sh

watch
cp plan2.txt plan.py
stepup wait -u plan.py
again
snapshot graph
leave
[[ $(cat made.txt) == data ]]
