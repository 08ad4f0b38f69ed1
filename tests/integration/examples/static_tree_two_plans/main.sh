#!/usr/bin/env bash
# A static tree belongs to one plan.
. ../examples.sh

mkdir -p data
build 36
grep -q "GraphError" .stepup/fail.log
grep -qF "Static tree (data/)" .stepup/fail.log
