#!/usr/bin/env bash
# A step that is run by hand finds everything available.
. ../examples.sh

./plan.py > said.txt
cat said.txt
[[ ! -e .stepup ]]
