#!/usr/bin/env bash
# A file target builds what it needs, optional steps too, and nothing else.
. ../examples.sh

echo source > s.txt
watch c.txt
snapshot graph
leave
[[ -f c.txt && ! -e e.txt ]]
