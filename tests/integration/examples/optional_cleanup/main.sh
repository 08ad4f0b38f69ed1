#!/usr/bin/env bash
# An edited output of an optional step that is taken back stays where it is.
. ../examples.sh

cp plan1.py plan.py
build
echo mine > a.txt
cp plan2.py plan.py
build
[[ $(cat a.txt) == mine && ! -e b.txt ]]
