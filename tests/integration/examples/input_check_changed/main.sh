#!/usr/bin/env bash
# An input that changes while its step runs fails the step and ends the build, also with --keep-going.
. ../examples.sh

echo old > a.txt
echo b > b.txt
start -w -k
stepup wait
snapshot graph
leave 36
grep "The scheduler is draining" .stepup/fail.log
sed -i '$d' slow.sh
build
