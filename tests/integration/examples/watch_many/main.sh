#!/usr/bin/env bash
# Many files are edited at once.
. ../examples.sh

mkdir in
for i in {10..40}; do echo $i > in/$i.txt; done
watch
for i in {10..40}; do echo new > in/$i.txt; done
stepup wait -u in/40.txt
again
snapshot graph
leave

[[ $(grep -c new all.txt) == 31 ]]
