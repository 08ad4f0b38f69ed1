#!/usr/bin/env bash
# Steps that are up to date are skipped while a hold is open.
. ../examples.sh

echo s > s.txt
build
echo "# a comment" >> plan.py
build
