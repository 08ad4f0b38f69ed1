#!/usr/bin/env bash
# A step that was taken out of the plan and put back before anything was cleaned up is not run again.
. ../examples.sh

build

sed -i 's/^copy/# copy/' plan.py
build --no-clean
[[ -e copy.txt ]]

sed -i 's/^# copy/copy/' plan.py
build
[[ -e copy.txt ]]
