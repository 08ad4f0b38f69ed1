#!/usr/bin/env bash
# Values may be paths, relative to the root or to where the step is, or lists of paths.
. ../examples.sh

export INNER=x LIST=a:./b/::c/../d BACK=data/in.txt SOURCE='${INNER}/file'
watch
snapshot graph
leave
cat sub/said.txt > said.txt
