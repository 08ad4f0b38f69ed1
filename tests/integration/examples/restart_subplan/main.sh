#!/usr/bin/env bash
# When only a sub-plan was edited, only that runs again; when the plan above it was, the sub-plan is only checked.
. ../examples.sh

echo one > sub/a.txt
build
echo 'copy("b.txt", "c.txt")' >> sub/plan.py
build
echo "# a remark" >> plan.py
start -w
stepup wait
snapshot graph
leave
