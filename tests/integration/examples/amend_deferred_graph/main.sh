#!/usr/bin/env bash
# A step that waits for what nobody makes keeps what it has asked for.
. ../examples.sh

watch
snapshot graph1
echo 'run("touch early.txt", out="early.txt", optional=True)' >> plan.py
stepup wait -u plan.py
again
snapshot graph2
leave
