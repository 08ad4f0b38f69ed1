#!/usr/bin/env bash
# A program that does not exist fails its step.
. ../examples.sh

build 36
grep -q no-such-program .stepup/fail.log
