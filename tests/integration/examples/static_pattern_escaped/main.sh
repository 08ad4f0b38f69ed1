#!/usr/bin/env bash
# A file whose name holds wildcard characters is declared through glob.escape.
. ../examples.sh

echo odd > 'a[1]*?.txt'
echo plain > a1.txt
watch
snapshot graph
leave

[[ $(cat out.txt) == odd ]]
