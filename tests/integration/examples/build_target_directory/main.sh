#!/usr/bin/env bash
# A directory target builds what would be built below it anyway; optional steps are not asked to.
. ../examples.sh

echo source > s.txt
watch out/
snapshot graph
leave
[[ -f out/a.txt && -f out/deep/b.txt && ! -e out/c.txt && ! -e other.txt ]]
