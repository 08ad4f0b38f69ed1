#!/usr/bin/env bash
# Other permissions of an input are a change, and are copied to the output.
. ../examples.sh

echo one > a.txt
chmod 644 a.txt
build
chmod 600 a.txt
start -w
stepup wait
snapshot graph
leave
[[ $(stat -c %a b.txt) == 600 ]]
