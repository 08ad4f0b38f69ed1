#!/bin/bash
# A plan that cannot be run is refused at once, in fail.log, too; the logs of the last build are gone.
. ../examples.sh

build
chmod -x plan.py
build 1
[[ ! -e .stepup/success.log ]]
cp .stepup/fail.log fail.txt
chmod +x plan.py
build
[[ ! -e .stepup/fail.log ]]
