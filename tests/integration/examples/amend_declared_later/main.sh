#!/usr/bin/env bash
# A file may be amended before another plan declares it.
. ../examples.sh

echo data > data.txt
build
[[ $(cat out.txt) == data ]]
