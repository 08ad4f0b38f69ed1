#!/usr/bin/env bash
# A static tree may lie outside of the project, by a relative or an absolute path.
. ../examples.sh

mkdir -p ../lib ../inc
echo one > ../lib/a.txt
echo two > ../inc/b.txt
watch
leave

[[ $(cat a.txt b.txt) == $'one\ntwo' ]]
