#!/bin/bash
# In watch mode the logs are about the last build only.
. ../examples.sh

watch
[[ -e .stepup/fail.log ]]
[[ -e .stepup/warning.log ]]
echo good > a.txt
stepup wait -u a.txt
[[ -e .stepup/fail.log ]]
grep -q 'UPDATED │ a.txt' .stepup/success.log
again
[[ ! -e .stepup/fail.log ]]
[[ ! -e .stepup/warning.log ]]
! grep -q UPDATED .stepup/success.log
grep -q 'SUCCESS │ grep -q good b.txt' .stepup/success.log
leave
