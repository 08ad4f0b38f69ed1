#!/usr/bin/env bash
# What a step adds to its volatile outputs may differ each time, and goes with the step.
. ../examples.sh

build
[[ -e log/run.log ]]

echo changed > log/run.log
build

sed -i '/run/d' plan.py
build
[[ ! -e log ]]
