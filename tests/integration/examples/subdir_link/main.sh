#!/usr/bin/env bash
# A plan that is reached through a link stands where the link leads.
. ../examples.sh

mkdir -p real
echo hello > real/hello.txt
ln -s real link
watch
snapshot graph
leave

[[ $(cat real/copy.txt) == hello ]]
