#!/usr/bin/env bash
# Another command is another step: it takes the output over and runs, and what uses the output is only checked.
. ../examples.sh

printf '1\n2\n' > a.txt
build
sed -i 's/sort a.txt/sort -n a.txt/' plan.py
start -w
stepup wait
snapshot graph
leave
