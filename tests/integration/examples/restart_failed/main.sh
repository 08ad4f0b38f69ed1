#!/usr/bin/env bash
# A step that failed is tried again at the next start, even if nothing has changed.
. ../examples.sh

echo bad > a.txt
echo ok > ok.txt
build 20 -k
build 20 -k
echo good > a.txt
start -w
stepup wait
snapshot graph
leave
