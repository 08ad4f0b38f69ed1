#!/usr/bin/env bash
# With --commit, outputs that nobody makes any more are removed, and directories that become empty.
. ../examples.sh

cp plan1.py plan.py
build
cp plan2.py plan.py
build --no-clean
stepup clean --commit > clean.txt
[[ ! -e a.txt && ! -e sub && -f c.txt ]]
stepup clean > clean_again.txt
build
