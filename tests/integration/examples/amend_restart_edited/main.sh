#!/usr/bin/env bash
# A step whose amended input was edited between two builds runs, and asks anew.
. ../examples.sh

echo one.txt > list.txt
echo 1 > one.txt
echo 2 > two.txt
build

echo two.txt > list.txt
build

echo 3 > one.txt
build

echo 3 > two.txt
build
[[ $(cat out.txt) == 3 ]]
