#!/usr/bin/env bash
# What a step made is removed when the edited plan does not declare it any more.
. ../examples.sh

echo one > a.txt
watch
sed -i '/c.txt/d' plan.py
stepup wait -u plan.py
again
snapshot graph
leave

[[ ! -e c.txt ]]
