#!/usr/bin/env bash
# A step that gets another output runs again; one that it loses is removed.
. ../examples.sh

echo one > a.txt
build
sed -i 's/out=\["one.out"\]/out=["one.out", "two.out"]/' plan.py
build
sed -i 's/out=\["one.out", "two.out"\]/out=["two.out"]/' plan.py
start -w
stepup wait
snapshot graph
leave
[[ -f two.out ]]
