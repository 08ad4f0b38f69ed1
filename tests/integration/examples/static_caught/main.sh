#!/usr/bin/env bash
# A plan may handle the refusal of a static file, and succeed.
. ../examples.sh

echo one > a.txt
watch
snapshot graph
leave

[[ $(cat refused.txt) == PathError ]]
