#!/usr/bin/env bash
# A new value of an argument is a new step; the old one goes, the others stay.
. ../examples.sh

watch
sed -i 's/text="b"/text="c"/' plan.py
stepup wait -u plan.py
again
snapshot graph
leave
[[ $(cat b.txt) == c ]]
