#!/usr/bin/env bash
# A step that is no more is explained until the next build, also by what it had made.
. ../examples.sh

echo one > a.txt
build
sed -i '/^copy/d' plan.py
build
stepup why b.txt > why1.txt
build
! stepup why b.txt 2> why2.txt
