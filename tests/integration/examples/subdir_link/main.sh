#!/usr/bin/env bash
# A plan that is reached through a link stands where the link leads, and may write there when the user allows it.
. ../examples.sh

mkdir -p real
echo hello > real/hello.txt
ln -s real link
watch --allow-root real
snapshot graph
leave

[[ $(cat real/copy.txt) == hello ]]
