#!/usr/bin/env bash
# After a failure nothing more is started, and the next build goes on from there.
. ../examples.sh

build 36
touch ok
build
