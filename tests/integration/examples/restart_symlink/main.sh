#!/usr/bin/env bash
# A link is what it leads to: another target with the same content is no change, another content is one.
. ../examples.sh

echo one > a1.dat
echo one > a2.dat
ln -s a1.dat link.txt
build
ln -sf a2.dat link.txt
build
echo two > a2.dat
start -w
stepup wait
snapshot graph
leave
