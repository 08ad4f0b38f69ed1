#!/usr/bin/env bash
# A plan depends on the modules that it imports.
. ../examples.sh

watch
snapshot graph1
sed -i 's/one/two/g' declarations.py
stepup wait -u declarations.py
again
snapshot graph2
leave
[[ ! -e one.txt ]]
[[ -e two.txt ]]
