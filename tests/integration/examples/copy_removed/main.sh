#!/usr/bin/env bash
# A copy that the plan does not ask for any more is removed, with the directories that were made for it.
. ../examples.sh

echo hello > hello.txt
echo 1 > where.txt
watch
[[ -f out/1/hello.txt ]]

echo 2 > where.txt
stepup wait -u where.txt
again
[[ ! -e out/1 && -f out/2/hello.txt ]]
snapshot graph
leave
