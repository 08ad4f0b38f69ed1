#!/usr/bin/env bash
# A pattern that matches nothing is no mistake: the plan waits for the first match.
. ../examples.sh

build
echo 1 > a1.txt
build
[[ $(cat a1.out) == 1 ]]
