#!/usr/bin/env bash
# Cleaning works while a director runs, which sees it as what it is: files are gone.
. ../examples.sh

watch
stepup clean -ac a.txt > clean.txt
stepup wait -d b.txt
again
snapshot graph
leave
[[ -f b.txt ]]
