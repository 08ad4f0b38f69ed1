#!/usr/bin/env bash
# A step tells which programs it has run; nothing depends on that.
. ../examples.sh

build
sed -i 's/tool --fast/tool --slow/' work.py
build
[[ $(cat out.txt) == "sub .." ]]
