#!/usr/bin/env bash
# glob() tells what matches, and declares nothing: whoever uses the files declares them.
. ../examples.sh

echo 1 > a1.dat
echo 2 > a2.dat
echo 3 > b1.dat
watch
snapshot graph
leave

[[ $(cat names.txt) == "a1.dat a2.dat" ]]
