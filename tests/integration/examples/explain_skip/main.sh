#!/usr/bin/env bash
# With -e, a step that is skipped lists all that was compared.
. ../examples.sh

echo one > in.txt
build -e
echo "# a remark" >> plan.py
build -e
echo "# another remark" >> plan.py
build
echo "# a third remark" >> plan.py
build -e
