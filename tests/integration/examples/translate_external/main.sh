#!/usr/bin/env bash
# Files outside of the project are used and made like others.
. ../examples.sh

mkdir -p ../outside sub
echo hello > ../outside/hello.txt
watch
snapshot graph
leave

[[ $(cat sub/copy.txt) == hello && $(cat ../outside/back.txt) == hello ]]
