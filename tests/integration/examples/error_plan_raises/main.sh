#!/usr/bin/env bash
# A plan that raises fails, and what it had declared is gone.
. ../examples.sh

watch
snapshot graph
leave 36
grep -q 'ValueError: no more' .stepup/fail.log
