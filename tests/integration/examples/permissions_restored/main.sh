#!/usr/bin/env bash
# Permissions that were changed and changed back between two runs are no change.
. ../examples.sh

echo one > a.txt
echo two > b.txt
chmod 644 a.txt b.txt
build
chmod 600 a.txt
chmod 644 a.txt
chmod +x b.txt
build -e
