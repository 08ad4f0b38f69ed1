#!/usr/bin/env bash
# Only the plan that was edited runs again; the other one and its step are left alone.
. ../examples.sh

watch
sed -i 's/out.txt/new.txt/g' two/plan.py
stepup wait -u two/plan.py
again
snapshot graph
leave

[[ -e one/out.txt && -e two/new.txt && ! -e two/out.txt ]]
