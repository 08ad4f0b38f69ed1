#!/usr/bin/env bash
# What cannot be filled in is refused in the plan.
. ../examples.sh

build
cat said.txt
