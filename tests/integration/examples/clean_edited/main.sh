#!/usr/bin/env bash
# An old output that was edited meanwhile is not removed: it is somebody else's now.
. ../examples.sh

cp plan1.py plan.py
build
echo mine > a.txt
cp plan2.py plan.py
build
[[ $(cat a.txt) == mine && ! -e log.txt ]]
