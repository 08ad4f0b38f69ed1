#!/usr/bin/env bash
# The steps of an optional script run only when they are needed; the script plans in any case.
. ../examples.sh

watch
snapshot graph
leave
[[ -f copy.txt && ! -e b22.txt ]]
