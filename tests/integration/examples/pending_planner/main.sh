#!/usr/bin/env bash
# When a planner waits for a file, so does all that it planned.
. ../examples.sh

echo cfg > cfg.txt
echo data > data.txt
build
rm cfg.txt
echo changed > data.txt
build 16
echo cfg > cfg.txt
build
[[ $(cat sub/out.txt) == changed ]]
