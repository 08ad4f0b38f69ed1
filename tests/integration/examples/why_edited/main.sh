#!/usr/bin/env bash
# An explanation goes back through what was made to the file that was edited, also when no director is there.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build
stepup why d.txt > why1.txt
echo three > b.txt
build
stepup why d.txt > why2.txt
build
stepup why d.txt > why3.txt
stepup why --json d.txt > why4.json
