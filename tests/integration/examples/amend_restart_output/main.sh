#!/usr/bin/env bash
# An amended output that was deleted or edited between two builds is made again.
. ../examples.sh

build

rm extra.txt
build

echo mine > extra.txt
build
[[ $(cat extra.txt) == data ]]
