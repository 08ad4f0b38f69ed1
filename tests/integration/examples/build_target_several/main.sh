#!/usr/bin/env bash
# Files and directories can be asked for together, after the options or before them.
. ../examples.sh

echo source > s.txt
build a.txt out/
[[ -f a.txt && -f out/b.txt && ! -e c.txt ]]
sb c.txt d.txt -j "${EXAMPLE_JOBS:-1}" > stdout2.txt
[[ -f c.txt && -f d.txt ]]
