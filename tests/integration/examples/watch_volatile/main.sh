#!/usr/bin/env bash
# Nobody is told when a volatile output is edited or deleted.
. ../examples.sh

echo one > a.txt
watch
rm log.txt
touch a.txt
stepup wait -u a.txt
again
leave

[[ ! -e log.txt ]]
