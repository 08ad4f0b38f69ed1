#!/usr/bin/env bash
# A link to a directory may be a static tree; its files are followed.
. ../examples.sh

mkdir -p real
echo one > real/a.txt
ln -s real link
watch
snapshot graph
echo two > real/a.txt
again
leave
