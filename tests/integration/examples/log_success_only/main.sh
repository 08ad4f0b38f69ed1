#!/bin/bash
# A build without trouble leaves a success log with all that was shown, and no other log for people.
. ../examples.sh

build
grep -v '^DIRECTOR\|^WORKFLOW\|^ STARTUP' .stepup/success.log > success.txt
[[ -e .stepup/director.log ]]
[[ ! -e .stepup/fail.log ]]
[[ ! -e .stepup/warning.log ]]
grep -q 'DIRECTOR │ Wall ' .stepup/success.log
! grep -q 'DIRECTOR │ Wall ' stdout1.txt
