#!/usr/bin/env bash
# A step that writes to its own input, which another step had made, fails; the product has to be made again.
. ../examples.sh

echo a > a.txt
start -w
stepup wait
snapshot graph
leave 36
sed -i 's/echo edited > b.txt; //' plan.py
build
[[ $(cat c.txt) == a ]]
