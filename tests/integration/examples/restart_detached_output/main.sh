#!/usr/bin/env bash
# The output of a step was deleted while the step was out of the plan: when it comes back, it runs.
. ../examples.sh

build

sed -i 's/^copy/# copy/' plan.py
build --no-clean

rm copy.txt
build --no-clean

sed -i 's/^# copy/copy/' plan.py
build
[[ $(cat copy.txt) == data ]]
