#!/usr/bin/env bash
# A plan that runs again declares the same file again: the step that uses it is only checked.
. ../examples.sh

echo 1 > a.txt
echo first > note.txt
watch
snapshot graph1

echo second > note.txt
stepup wait -u note.txt
again
snapshot graph2
leave
