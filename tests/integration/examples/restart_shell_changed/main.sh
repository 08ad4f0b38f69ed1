#!/usr/bin/env bash
# A step without inputs whose only change is that a shell executes it runs again.
. ../examples.sh

export HOME=/nowhere
build
sed -i 's/shell=False/shell=True/' plan.py
build
start -w
stepup wait
snapshot graph
leave
grep nowhere stdout2.txt
