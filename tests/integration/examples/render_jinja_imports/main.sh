#!/usr/bin/env bash
# A Python file with variables may import from its directory; what it imports is an input, too.
. ../examples.sh

watch
echo 'name = "two"' > data/lib.py
stepup wait -u data/lib.py
again
snapshot graph
leave
[[ $(cat out/out.txt) == "two ../data/x.txt" ]]
