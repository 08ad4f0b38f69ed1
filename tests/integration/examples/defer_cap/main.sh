#!/usr/bin/env bash
# A step that asks for something else each time fails when it has been deferred too often.
. ../examples.sh

build 36 --defer-cap=2
grep 'Deferred more than 2 times' .stepup/fail.log
