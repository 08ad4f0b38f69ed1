#!/usr/bin/env bash
# What is declared or amended already may be amended once more, and nothing changes.
. ../examples.sh

echo data > data.txt
build
