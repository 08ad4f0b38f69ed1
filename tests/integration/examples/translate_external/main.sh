#!/usr/bin/env bash
# Files outside of the project are used like others, and made where the user allows it.
. ../examples.sh

mkdir -p ../outside sub
echo hello > ../outside/hello.txt
watch --allow-root ../outside
snapshot graph
leave

[[ $(cat sub/copy.txt) == hello && $(cat ../outside/back.txt) == hello ]]
