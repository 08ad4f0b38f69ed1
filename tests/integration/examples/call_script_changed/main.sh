#!/usr/bin/env bash
# An edit of the script runs all its calls again.
. ../examples.sh

build
sed -i 's/upper()/lower()/' tool.py
build
[[ $(cat out.txt) == in ]]
