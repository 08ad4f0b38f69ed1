#!/usr/bin/env bash
# Templates are declared by hand in a plan, and filled in by their program.
. ../examples.sh

./plan.py > said.txt
sc-render-jinja template.txt out.txt --json '{"name": "A"}'
[[ $(cat out.txt) == "Hi A" ]]
