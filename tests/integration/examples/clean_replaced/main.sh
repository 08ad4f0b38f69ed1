#!/usr/bin/env bash
# A volatile output that has become a directory is left alone, and that is said.
. ../examples.sh

cp plan1.py plan.py
build
rm log.txt
mkdir log.txt
cp plan2.py plan.py
build
[[ -d log.txt && ! -e a.txt ]]
grep -q "Not removed: log.txt  (a directory)" .stepup/warning.log
