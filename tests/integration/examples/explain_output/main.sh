#!/usr/bin/env bash
# With -e, a step that runs again because of its outputs says which are missing and which somebody has changed.
. ../examples.sh

echo one > in.txt
build -e
rm one.txt
echo more >> two.txt
build -e
chmod 755 one.txt
build -e
