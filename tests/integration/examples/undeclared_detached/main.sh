#!/usr/bin/env bash
# A file that was static and is used by a new step, but declared by nobody any more, is undeclared.
. ../examples.sh

watch
cp plan2.txt plan.py
stepup wait -u plan.py
again
snapshot graph
leave 16
