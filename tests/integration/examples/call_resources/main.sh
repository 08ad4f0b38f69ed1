#!/usr/bin/env bash
# A call waits for its resources, also for ever.
. ../examples.sh

start -w -r slots:1
stepup wait
snapshot graph
stepup join
finish 16
[[ -f one.txt && ! -e two.txt ]]
