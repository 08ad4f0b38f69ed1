#!/usr/bin/env bash
# A step that gets another input runs again; when it loses that input it does so, too.
. ../examples.sh

echo one > a.txt
echo two > b.txt
build
sed -i 's/inp=\["a.txt"\]/inp=["a.txt", "b.txt"]/' plan.py
build
sed -i 's/inp=\["a.txt", "b.txt"\]/inp=["b.txt"]/' plan.py
start -w
stepup wait
snapshot graph
leave
