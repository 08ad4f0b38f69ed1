#!/usr/bin/env bash
# A step may be deferred as often as the cap says.
. ../examples.sh

build --defer-cap=4
[[ $(grep -c 'DEFERRED │' .stepup/success.log) == 4 ]]
