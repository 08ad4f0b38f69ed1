#!/usr/bin/env bash
# A step that loses an input and gets it back before it has run is only checked.
. ../examples.sh

watch
sed -i 's/inp="one.txt"/inp="gone.txt"/' plan.py
stepup wait -u plan.py
again
sed -i 's/inp="gone.txt"/inp="one.txt"/' plan.py
stepup wait -u plan.py
again
snapshot graph
leave
