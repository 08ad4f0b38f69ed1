#!/usr/bin/env bash
# A script that imports a module which another step writes waits for it.
. ../examples.sh

watch
snapshot graph1
sed -i 's/41/142/' number.txt
stepup wait -u number.txt
again
snapshot graph2
leave
[[ $(cat out.txt) == 142 ]]
