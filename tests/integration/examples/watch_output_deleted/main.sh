#!/usr/bin/env bash
# An output that somebody deletes is made again, and the step that uses it is skipped.
. ../examples.sh

echo one > a.txt
watch
rm b.txt
stepup wait -d b.txt
again
snapshot graph
leave

[[ -e b.txt ]]
