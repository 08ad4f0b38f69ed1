#!/bin/bash
# What is red goes to fail.log, what is yellow to warning.log, with the pages that belong to it.
. ../examples.sh

build 36
cp .stepup/fail.log fail.txt
cp .stepup/warning.log warning.txt
! grep -q FAIL .stepup/success.log
