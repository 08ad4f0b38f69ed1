#!/usr/bin/env bash
# A step that makes the same output from another input does not let those run that use it.
. ../examples.sh

printf '2\n1\n' > numbers.txt
build
printf '1\n2\n' > numbers.txt
start -w
stepup wait
snapshot graph
leave
