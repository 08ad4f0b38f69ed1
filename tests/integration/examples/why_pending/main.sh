#!/usr/bin/env bash
# A step that is pending tells what it waits for, down to the file that is missing or that nobody declares.
. ../examples.sh

echo one > a.txt
build 16
rm a.txt
start -w
stepup wait
stepup why c.txt > why1.txt
stepup why d.txt > why2.txt
leave 16
stepup why c.txt > why3.txt
cmp why1.txt why3.txt
