#!/usr/bin/env bash
# When nothing has changed between two runs, nothing is executed and nothing is said.
. ../examples.sh

echo one > a.txt
build
start -w
stepup wait
snapshot graph
leave
