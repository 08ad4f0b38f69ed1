#!/usr/bin/env bash
# A step that asks for more than there is says so, and one that is optional says that nobody needs it.
. ../examples.sh

build 16 -r gpu:1
stepup why "echo one" > why1.txt
stepup why optional.txt > why2.txt
