#!/usr/bin/env bash
# Names with spaces and quotes reach the function as they are.
. ../examples.sh

build
[[ $(cat "it's out.txt") == "it's  text" ]]
[[ $(cat "my copy.txt") == "it's  text" ]]
