#!/usr/bin/env bash
# Static trees of different plans cannot overlap.
. ../examples.sh

mkdir -p data/deep
build 36
grep -q "GraphError" .stepup/fail.log
