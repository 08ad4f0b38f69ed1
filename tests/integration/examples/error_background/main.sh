#!/usr/bin/env bash
# Processes that a step leaves behind neither hold up the build nor outlive it.
. ../examples.sh

build
[[ $(cat out.txt) == done ]]
