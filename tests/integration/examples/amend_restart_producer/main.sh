#!/usr/bin/env bash
# A step runs when what makes its amended input has changed, and not when only the maker ran.
. ../examples.sh

echo one > source.txt
build

echo two > source.txt
build

printf 'two\n' > other.txt; mv other.txt source.txt
chmod +x make.sh
build
[[ $(cat late.txt) == TWO ]]
