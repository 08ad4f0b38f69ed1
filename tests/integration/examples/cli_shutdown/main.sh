#!/bin/bash
# `stepup shutdown` lets what runs end, and starts nothing more.
. ../examples.sh

mkfifo fifo
start
while ! grep -q 'START │ cat fifo > first.txt' stdout1.txt; do sleep 0.1; done
stepup shutdown
echo > fifo
finish 32
[[ ! -e later.txt ]]
