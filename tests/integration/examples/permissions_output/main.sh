#!/usr/bin/env bash
# An output whose permissions somebody has changed is made again.
. ../examples.sh

echo one > a.txt
chmod 644 a.txt
build
chmod 600 b.txt
start -w
stepup wait
snapshot graph
leave
[[ $(stat -c %a b.txt) == 644 ]]
