#!/usr/bin/env bash
# A step sees the permissions of its input: they are part of what is compared.
. ../examples.sh

echo one > a.txt
chmod 644 a.txt
build
[[ $(cat mode.txt) == 644 ]]
chmod 755 a.txt
start -w -e
stepup wait
snapshot graph
leave
[[ $(cat mode.txt) == 755 ]]
