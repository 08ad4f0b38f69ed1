#!/usr/bin/env bash
# A planning call reads a file and decides which steps there are; an edit takes back what is not wanted any more.
. ../examples.sh

watch
[[ -f a.txt && -f b.txt ]]
echo b c > names.txt
stepup wait -u names.txt
again
[[ ! -e a.txt && -f b.txt && -f c.txt ]]
snapshot graph
leave
