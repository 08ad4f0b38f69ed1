#!/usr/bin/env bash
# A plan with another comment runs again; steps that use static files are checked.
. ../examples.sh

echo one > a.txt
build
echo "# a remark" >> plan.py
start -w
stepup wait
snapshot graph
leave
