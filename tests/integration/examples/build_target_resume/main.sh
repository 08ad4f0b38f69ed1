#!/usr/bin/env bash
# Another build may have other targets, or none: then everything is built, and what nobody asks for is taken back.
. ../examples.sh

echo source > s.txt
build a.txt
build d.txt
[[ -f d.txt && ! -e b.txt ]]
build
[[ -f b.txt && ! -e d.txt ]]
