#!/usr/bin/env bash
# A file that was edited after its use, while the build still went on, is reported when the build is over.
. ../examples.sh

echo one > a.txt
start -w
while [[ ! -e begun ]]; do sleep 0.1; done
echo two > a.txt
touch go
stepup wait
stepup wait -u a.txt
again
snapshot graph
leave

[[ $(cat c.txt) == two ]]
