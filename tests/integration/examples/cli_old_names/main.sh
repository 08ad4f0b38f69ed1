#!/bin/bash
# The words of older releases are understood where they mean nothing else today.
. ../examples.sh

{
    stepup -n -w1 | grep -c SUCCESS
    sb -n 1 | grep -c SUCCESS || true
    sb -j 1 -w > /dev/null &
    stepup wait
    echo 2 > a.txt
    stepup watch-update a.txt
    stepup run
    stepup wait
    stepup join
    wait
    cat b.txt
} > said.txt 2> all_errors.txt
grep Warning all_errors.txt > errors.txt
