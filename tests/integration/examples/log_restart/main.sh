#!/bin/bash
# A build begins without the logs of the last one.
. ../examples.sh

build 36
[[ -e .stepup/fail.log ]]
echo good > a.txt
touch .stepup/of_yesterday.log
build
[[ ! -e .stepup/fail.log ]]
[[ ! -e .stepup/warning.log ]]
[[ ! -e .stepup/of_yesterday.log ]]
! grep -q 'copy' .stepup/success.log
