#!/usr/bin/env bash
# A workdir may be absolute and outside of the project.
. ../examples.sh

mkdir -p ../outside
build --allow-root ../outside
[[ $(cat ../outside/out.txt) == hello ]]
