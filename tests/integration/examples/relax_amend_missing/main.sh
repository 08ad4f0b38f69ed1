#!/usr/bin/env bash
# An amended input that nobody declares any more is no reason to wait: the step runs, and may do without it.
. ../examples.sh

echo note.txt > which.txt
touch note.txt
build

sed -i s/note.txt/other.txt/ plan.py
touch other.txt
build 16

echo other.txt > which.txt
build
