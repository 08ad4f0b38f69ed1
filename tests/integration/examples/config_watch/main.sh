#!/bin/bash
# `watch = true` in the configuration is as good as `-w`.
. ../examples.sh

start
stepup wait
echo 2 > a.txt
stepup wait -u a.txt
again
snapshot current_graph
leave
[[ $(cat b.txt) == 2 ]]
