#!/usr/bin/env bash
# An optional call runs only for a step that uses its output.
. ../examples.sh

watch
[[ ! -e used.txt && ! -e unused.txt ]]
echo 'copy("used.txt", "copy.txt")' >> plan.py
stepup wait -u plan.py
again
snapshot graph
leave
[[ -f copy.txt && ! -e unused.txt ]]
