#!/usr/bin/env bash
# Steps that would wait for each other are refused, in any order of declaration.
. ../examples.sh

build 36
grep 'stepup.core.exceptions.CyclicError' .stepup/fail.log
