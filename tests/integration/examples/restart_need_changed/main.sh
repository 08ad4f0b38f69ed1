#!/usr/bin/env bash
# A step that is optional no more runs, and when it is optional again what it made is removed.
. ../examples.sh

echo one > a.txt
build
[[ ! -e b.txt ]]
sed -i 's/, optional=True//' plan.py
build
[[ -f b.txt ]]
sed -i 's/"b.txt")/"b.txt", optional=True)/' plan.py
start -w
stepup wait
snapshot graph
leave
[[ ! -e b.txt ]]
