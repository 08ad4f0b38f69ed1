#!/usr/bin/env bash
# The cap counts deferrals that the script did not notice, too.
. ../examples.sh

build 36 --defer-cap=1
grep 'Deferred more than 1 times' .stepup/fail.log
! grep 'SUCCESS │ ./work.py' .stepup/success.log
