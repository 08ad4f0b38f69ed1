#!/usr/bin/env bash
# An output with the same content and other permissions is another input for those that use it.
. ../examples.sh

echo 644 > mode.txt
build
echo 755 > mode.txt
start -w
stepup wait
snapshot graph
leave
[[ -x tool ]]
