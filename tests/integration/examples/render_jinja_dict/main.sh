#!/usr/bin/env bash
# Variables in the plan are part of the command, and win over those in files.
. ../examples.sh

watch
sed -i 's/"year": 2026/"year": 2027/' plan.py
stepup wait -u plan.py
again
snapshot graph
leave
[[ $(cat out/template.txt) == "A 2027 {'x': [1]}" ]]
