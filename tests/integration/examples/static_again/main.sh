#!/usr/bin/env bash
# A plan may declare the same static file twice.
. ../examples.sh

echo one > a.txt
watch
snapshot graph
leave
