#!/usr/bin/env bash
# A file that is deleted and restored before the next build is the same as before.
. ../examples.sh

echo one > a.txt
watch
rm a.txt
stepup wait -d a.txt
echo one > a.txt
stepup wait -u a.txt
again
leave
