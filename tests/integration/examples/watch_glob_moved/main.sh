#!/usr/bin/env bash
# A file that is renamed leaves one match of a pattern and becomes another.
. ../examples.sh

echo one > a.src
watch
mv a.src b.src
stepup wait -u b.src
again
snapshot graph
leave

[[ -e out/b.src && ! -e out/a.src ]]
