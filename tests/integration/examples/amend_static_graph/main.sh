#!/usr/bin/env bash
# The graph shows what was amended, and what was declared.
. ../examples.sh

echo one > note.txt
watch
snapshot graph1
echo two > note.txt
stepup wait -u note.txt
again
snapshot graph2
leave
