#!/usr/bin/env bash
# A step that failed tells how and why it ran; those that need it lead to it, and when it runs again it says so.
. ../examples.sh

echo bad > a.txt
build 20 -k
stepup why grep > why1.txt
stepup why c.txt > why2.txt
echo good > a.txt
build
stepup why grep > why3.txt
