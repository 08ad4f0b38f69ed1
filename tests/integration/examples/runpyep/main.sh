#!/usr/bin/env bash
# Programs that Python packages bring run as steps, from the environment of StepUp itself.
. ../examples.sh

watch
snapshot graph
leave
grep -q 'hello world' out.txt
