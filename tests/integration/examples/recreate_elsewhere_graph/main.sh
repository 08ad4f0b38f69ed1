#!/usr/bin/env bash
# A step, its output and its static input move from one plan to another while StepUp watches.
. ../examples.sh

watch
snapshot graph1
sed -i '/data.txt/d' one.py
stepup wait -u one.py
cat more.txt >> two.py
stepup wait -u two.py
again
snapshot graph2
leave
