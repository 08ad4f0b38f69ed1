#!/usr/bin/env bash
# With -e, a step whose declaration changed says what was added, deleted and modified.
. ../examples.sh

touch a.txt b.txt c.txt
build -e
sed -i 's/inp=.*/inp=["b.txt", "c.txt"], out=["out.txt"], env_overrides={"TWO": "3", "THREE": "3"})/' plan.py
build -e
sed -i 's/out=\["out.txt"\]/out=["out.txt", "more.txt"]/' plan.py
sed -i 's/touch out.txt/touch out.txt more.txt/' plan.py
build -e
