#!/usr/bin/env bash
# A step that needs several units is not overtaken for ever by those that need one.
. ../examples.sh

start -r r:2 -j 2
finish
[[ $(grep -c START stdout1.txt) == 8 ]]
head -n 6 stdout1.txt | grep -q "START │ echo big"
