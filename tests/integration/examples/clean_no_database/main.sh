#!/usr/bin/env bash
# Without a database there is nothing to go by.
. ../examples.sh

if stepup clean 2> message.txt; then exit 1; fi
grep -q "graph.db does not exist" message.txt
