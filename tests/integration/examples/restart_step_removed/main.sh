#!/usr/bin/env bash
# A step that is taken out of the plan is forgotten, and what it had made is removed with its directory.
. ../examples.sh

echo one > a.txt
build
sed -i '$d' plan.py
start -w
stepup wait
snapshot graph
leave
[[ ! -e sub ]]
