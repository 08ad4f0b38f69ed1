#!/usr/bin/env bash
# A file whose plan does not declare it any more is shown in parentheses.
. ../examples.sh

cp plan1.py plan.py
build
cp plan2.py plan.py
watch
snapshot graph
leave 16
