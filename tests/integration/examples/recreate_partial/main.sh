#!/usr/bin/env bash
# A step that is declared with another input keeps its place, and runs again.
. ../examples.sh

watch
snapshot graph1
sed -i 's/inp="one.txt"/inp="two.txt"/' plan.py
stepup wait -u plan.py
again
snapshot graph2
leave
