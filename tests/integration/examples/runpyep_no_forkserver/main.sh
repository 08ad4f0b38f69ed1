#!/usr/bin/env bash
# Scripts and programs run the same without the warm process.
. ../examples.sh

build --no-forkserver
[[ $(cat out.txt) == "('./work.py', 'a b') __main__ True" ]]
