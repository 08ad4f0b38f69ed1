#!/usr/bin/env bash
# Absolute paths stay absolute, and are other files than the relative ones.
. ../examples.sh

echo hello > hello.txt
build
[[ $(cat copy.txt) == hello ]]
