#!/usr/bin/env bash
# An output that was edited and then restored by hand is as good as before.
. ../examples.sh

echo one > a.txt
echo go > go.txt
build
cp -p b.txt kept
echo edited > b.txt
cp kept b.txt
rm kept
build
