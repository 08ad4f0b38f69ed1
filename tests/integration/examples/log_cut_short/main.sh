#!/bin/bash
# Logs may be cut short or removed while StepUp runs; what is said afterwards is in them.
. ../examples.sh

watch
: > .stepup/success.log
echo 2 > a.txt
stepup wait -u a.txt
grep -v '^DIRECTOR\|^WORKFLOW' .stepup/success.log > success1.txt
again
rm .stepup/success.log
echo 3 > a.txt
stepup wait -u a.txt
grep -v '^DIRECTOR\|^WORKFLOW' .stepup/success.log > success2.txt
leave
