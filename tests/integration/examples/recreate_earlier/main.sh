#!/usr/bin/env bash
# A step, its output and its static input move to a plan that runs before the one that had them.
. ../examples.sh

cp one1.txt one.py
cp two1.txt two.py
chmod +x one.py two.py
build

cp one2.txt one.py
cp two2.txt two.py
start
finish

[[ $(cat copy.txt) == data ]]
