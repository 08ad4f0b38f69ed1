#!/usr/bin/env bash
# With --watch-first, a build begins soon after a change.
. ../examples.sh

echo one > a.txt
start -W
stepup wait
echo two > a.txt
while [[ $(cat b.txt) != two ]]; do sleep 0.1; done
leave
