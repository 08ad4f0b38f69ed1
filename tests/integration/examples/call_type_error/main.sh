#!/usr/bin/env bash
# An argument that has no sense in the type of its hint fails the call, and is named.
. ../examples.sh

build 36
grep "argument 'number' expected <class 'int'>, got str: 'many'" .stepup/fail.log
