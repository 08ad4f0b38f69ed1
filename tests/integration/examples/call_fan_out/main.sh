#!/usr/bin/env bash
# A loop makes a call for each item, and one more that brings the results together.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat total.txt) == 14 ]]
