#!/usr/bin/env bash
# A plan that is run by hand shows what it declares, and raises nothing.
. ../examples.sh

./plan.py > said.txt
cat said.txt
[[ ! -e .stepup ]]
