#!/usr/bin/env bash
# A running step that its plan does not declare again goes on to its end, and then its products are removed.
. ../examples.sh

watch -j 4
snapshot graph
leave

grep 'SUCCESS │ ./work.py' .stepup/success.log
[[ ! -e slow.txt ]]

# The order of the lines is a matter of timing.
rm stdout*.txt
