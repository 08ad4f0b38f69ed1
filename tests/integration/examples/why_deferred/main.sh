#!/usr/bin/env bash
# A step that was deferred tells what it asked for, and when that is there, who made it.
. ../examples.sh

echo one > a.txt
build
stepup why use.py > why1.txt
rm a.txt b.txt
build 16
stepup why use.py > why2.txt
