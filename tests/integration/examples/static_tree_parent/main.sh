#!/usr/bin/env bash
# A directory that holds a static tree cannot become one later.
. ../examples.sh

mkdir -p data/deep
build 36
grep -q "GraphError" .stepup/fail.log
