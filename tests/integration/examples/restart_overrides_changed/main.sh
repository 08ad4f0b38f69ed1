#!/usr/bin/env bash
# A step without inputs runs again when only a variable in front of its command has another value.
. ../examples.sh

build
sed -i 's/FOO=1/FOO=2/' plan.py
start -w
stepup wait
snapshot graph
leave
