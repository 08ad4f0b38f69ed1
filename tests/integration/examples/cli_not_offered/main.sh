#!/bin/bash
# What cannot be offered is refused in one sentence that says what to do instead.
. ../examples.sh

for option in --cgroup --perf --sqllog --yappi; do
    code=0; sb -j 1 $option 2>> errors.txt || code=$?
    ((code == 1))
done
[[ ! -e .stepup ]]
