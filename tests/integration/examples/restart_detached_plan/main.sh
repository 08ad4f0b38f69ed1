#!/usr/bin/env bash
# A plan that was taken out and put back brings all back that it had planned, and nothing is run again.
. ../examples.sh

build

sed -i 's/^plan/# plan/' plan.py
build --no-clean

sed -i 's/^# plan/plan/' plan.py
build
[[ -e made.txt ]]
