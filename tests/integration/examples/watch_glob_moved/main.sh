#!/usr/bin/env bash
# A file that is renamed leaves one match of a pattern and becomes another.
. ../examples.sh

echo one > a.txt
watch
mv a.txt b.txt
stepup wait -u b.txt
again
snapshot graph
leave

[[ -e out/b.txt && ! -e out/a.txt ]]
