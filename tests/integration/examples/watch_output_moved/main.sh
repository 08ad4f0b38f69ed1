#!/usr/bin/env bash
# An output that somebody moves away is made again; the file under the new name is nobody's business.
. ../examples.sh

echo one > a.txt
watch
mv b.txt moved.txt
stepup wait -d b.txt
again
snapshot graph
leave

[[ -e b.txt && -e moved.txt ]]
