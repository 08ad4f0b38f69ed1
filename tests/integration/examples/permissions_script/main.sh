#!/usr/bin/env bash
# A script that may not be executed fails its step; with the right permissions the next run succeeds.
. ../examples.sh

chmod 644 work.sh
build 36
chmod 755 work.sh
start -w
stepup wait
snapshot graph
leave
[[ -f out.txt ]]
