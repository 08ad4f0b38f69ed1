#!/usr/bin/env bash
# What a step uses was edited while the step was out of the plan: when it comes back, it runs.
. ../examples.sh

build

sed -i 's/^copy/# copy/' plan.py
build --no-clean

echo other > data.txt
build --no-clean

sed -i 's/^# copy/copy/' plan.py
build
[[ $(cat copy.txt) == other ]]
