#!/usr/bin/env bash
# Links are followed before a dependency is filtered, so that what counts is the file itself.
. ../examples.sh

mkdir -p ../elsewhere
echo away > ../elsewhere/away.txt
ln -s real.txt link.txt
ln -s ../elsewhere/away.txt away.txt
watch
snapshot graph
leave
[[ $(cat out.txt) == real.txt ]]
