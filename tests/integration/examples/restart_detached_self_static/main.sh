#!/usr/bin/env bash
# A file that a step declares static and amends goes with the step, and comes back with it.
. ../examples.sh

build

sed -i 's/^run/# run/' plan.py
build --no-clean

sed -i 's/^# run/run/' plan.py
build
