#!/usr/bin/env bash
# A step whose input nobody makes any more waits until somebody supplies it.
. ../examples.sh

build

cp plan2.txt plan.py
build 16

echo 'static("made.txt")' >> plan.py
build
