#!/usr/bin/env bash
# A module that a script imports is an input of its plan and of its steps.
. ../examples.sh

watch
echo 'WORD = "dog"' > lib.py
stepup wait -u lib.py
again
snapshot graph
leave
[[ $(cat count.txt) == 1 ]]
