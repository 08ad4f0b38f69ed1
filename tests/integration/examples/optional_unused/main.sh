#!/usr/bin/env bash
# An optional step that nobody needs does not run.
. ../examples.sh

watch
snapshot graph
leave
[[ ! -e a.txt && -f b.txt ]]
