#!/usr/bin/env bash
# A chain of optional steps that ends in one does not run at all.
. ../examples.sh

watch
snapshot graph
leave
[[ ! -e a.txt ]]
