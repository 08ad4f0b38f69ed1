#!/usr/bin/env bash
# Template and variables are inputs: an edit of either fills in again.
. ../examples.sh

watch
[[ $(cat out.txt) == "Hi A" ]]
echo 'Hello {{ name }}' > template.txt
stepup wait -u template.txt
again
[[ $(cat out.txt) == "Hello A" ]]
echo '{"name": "B"}' > a.json
stepup wait -u a.json
again
[[ $(cat out.txt) == "Hello B" ]]
leave
