#!/usr/bin/env bash
# Two stars stand for any number of directories.
. ../examples.sh

mkdir -p src/deep/er
touch src/a.c src/b.h src/deep/c.c src/deep/er/d.c
watch
snapshot graph
leave

[[ $(cat names.txt) == "src/a.c src/deep/c.c src/deep/er/d.c" ]]
