#!/usr/bin/env bash
# With other wildcards beside the named ones, a match has a list of files.
. ../examples.sh

touch a_1.dat a_2.dat b_1.dat
build
[[ $(cat names.txt) == $'a a_1.dat a_2.dat\nb b_1.dat' ]]
