#!/usr/bin/env bash
# A step that amends what nobody declares stays pending until somebody does.
. ../examples.sh

build 16

grep missing.txt .stepup/warning.log

echo here > missing.txt
cat more.txt >> plan.py
build
