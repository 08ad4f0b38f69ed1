#!/usr/bin/env bash
# A step that was skipped tells which of its inputs was made again with the same content, and why.
. ../examples.sh

printf '2\n1\n' > numbers.txt
build
printf '1\n2\n' > numbers.txt
build
stepup why final.txt > why.txt
