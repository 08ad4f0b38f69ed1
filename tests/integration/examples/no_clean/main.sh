#!/usr/bin/env bash
# With --no-clean, old outputs stay; a later build removes them.
. ../examples.sh

cp plan1.py plan.py
build
cp plan2.py plan.py
build --no-clean
[[ -f sub/a.txt ]]
build
[[ ! -e sub ]]
