#!/usr/bin/env bash
# A module that the script of a call imports is an input of the call.
. ../examples.sh

watch
echo 'WORD = "two"' > lib.py
stepup wait -u lib.py
again
snapshot graph
leave
[[ $(cat word.txt) == two ]]
