#!/usr/bin/env bash
# A step moves from a plan to the one above it.
. ../examples.sh

watch
echo > sub.py '#!/usr/bin/env python3'
stepup wait -u sub.py
echo 'run("touch made.txt", out="made.txt")' >> plan.py
stepup wait -u plan.py
again
snapshot graph
leave
