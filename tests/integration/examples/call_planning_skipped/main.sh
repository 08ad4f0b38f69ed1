#!/usr/bin/env bash
# A planning call that has nothing new is skipped, and what it declared stays.
. ../examples.sh

build
echo "# a comment" >> plan.py
build
[[ -f a.txt ]]
