#!/usr/bin/env bash
# With args_file, a new value is a change of an input: the step is the same, and runs again.
. ../examples.sh

watch
sed -i 's/text="b"/text="c"/' plan.py
stepup wait -u plan.py
again
snapshot graph
leave
[[ $(cat b.txt) == c ]]
