#!/bin/bash
# `stepup wait` may come before there is anything to wait for, and is not led astray by the last director.
. ../examples.sh

build
for round in 1 2; do
    echo $round > a.txt
    sb -j 1 -w > /dev/null &
    stepup wait
    [[ $(cat b.txt) == $round ]]
    stepup join
    wait
done
