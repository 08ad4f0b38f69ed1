#!/usr/bin/env bash
# The need of the last step travels up a chain of optional ones.
. ../examples.sh

watch
snapshot graph
leave
[[ -f d.txt && ! -e e.txt ]]
