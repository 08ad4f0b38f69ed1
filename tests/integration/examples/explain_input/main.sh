#!/usr/bin/env bash
# With -e, a step that runs again says which of its inputs changed and which did not.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build -e
echo three > a.txt
build -e
chmod 755 b.txt
build -e
start -w -e
stepup wait
snapshot graph
leave
