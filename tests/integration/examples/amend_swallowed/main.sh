#!/usr/bin/env bash
# A step that catches the error of amend() and ends well is deferred all the same.
. ../examples.sh

build

[[ $(cat late.txt) == early ]]
! grep nothing .stepup/success.log
