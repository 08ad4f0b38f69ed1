#!/usr/bin/env bash
# Explanations in watch mode are those of the last build, and stay when the director has gone.
. ../examples.sh

echo one > a.txt
watch
stepup why c.txt > why1.txt
echo two > a.txt
stepup wait -u a.txt
again
stepup why c.txt > why2.txt
leave
stepup why c.txt > why3.txt
cmp why2.txt why3.txt
