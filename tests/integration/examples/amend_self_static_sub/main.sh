#!/usr/bin/env bash
# A step that is no planner may declare a file static and amend it, too.
. ../examples.sh

echo one > data.txt
build
echo two > data.txt
build
