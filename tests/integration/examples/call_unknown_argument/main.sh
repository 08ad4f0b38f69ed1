#!/usr/bin/env bash
# An argument that the function does not take fails the call; inp and out may be left out.
. ../examples.sh

build 36
grep "function 'nothing' received unexpected arguments: more, other" .stepup/fail.log
grep -c "START" .stepup/success.log
