#!/usr/bin/env bash
# An amended input that is not made any more is forgotten as soon as the step has run without asking for it.
. ../examples.sh

echo one > a.txt
echo a.txt b.txt > names.txt
build
sed -i '/^copy/d' plan.py
echo a.txt > names.txt
start -w -e
stepup wait
snapshot graph
leave
[[ ! -e b.txt ]]
