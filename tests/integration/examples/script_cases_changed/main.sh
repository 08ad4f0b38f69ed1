#!/usr/bin/env bash
# When a script has another case, its steps run again with it and the products of a lost case go.
. ../examples.sh

build
[[ -f a1.txt ]]
sed -i 's/"a", "i": 1/"b", "i": 2/' repeat.py
build
[[ ! -e a1.txt && $(cat b2.txt) == bb ]]
