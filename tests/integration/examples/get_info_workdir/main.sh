#!/usr/bin/env bash
# What was declared for a step is relative to its workdir.
. ../examples.sh

build
cat sub/info.txt > info.txt
