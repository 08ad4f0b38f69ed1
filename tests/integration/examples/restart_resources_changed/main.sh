#!/usr/bin/env bash
# What a step needs to run, and how long it is said to take, is not what it does: no reason to run again.
. ../examples.sh

echo one > a.txt
build -r cpu:4
sed -i 's/resources={"cpu": 1}/resources={"cpu": 2}, duration=7.0/' plan.py
start -w -r cpu:4
stepup wait
snapshot graph
leave
