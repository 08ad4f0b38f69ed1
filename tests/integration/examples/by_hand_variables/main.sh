#!/usr/bin/env bash
# Variables in files are loaded and dumped by hand.
. ../examples.sh

./plan.py | tail -n 1 > said.txt
cat b.yaml >> said.txt
