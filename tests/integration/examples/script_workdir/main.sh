#!/usr/bin/env bash
# A script may run in another directory; its paths are relative to it.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat sub/count.txt) == 2 ]]
