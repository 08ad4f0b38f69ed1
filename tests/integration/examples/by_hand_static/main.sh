#!/usr/bin/env bash
# Static files and patterns are looked for by hand as in a build.
. ../examples.sh

./plan.py
found=$(./plan.py | tail -n 1)
echo "$found" > found.txt
