#!/usr/bin/env bash
# Variables in front of a command are set for its step only, and are part of what it is.
. ../examples.sh

export GREETING=hello
watch
snapshot graph1
leave
sed -i 's/GREETING=hi/GREETING=hey/' plan.py
watch
snapshot graph2
leave
[[ $(cat one.txt) == "hey you" ]]
[[ $(cat two.txt) == "hello " ]]
