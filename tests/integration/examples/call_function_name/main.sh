#!/usr/bin/env bash
# What is called must be the name of a function.
. ../examples.sh

build 36
grep "valid Python function name, got: 'sh ow'" .stepup/fail.log
