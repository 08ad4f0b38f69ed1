#!/usr/bin/env bash
# A missing file that comes back as it was lets its step be skipped.
. ../examples.sh

echo one > a.txt
watch
rm a.txt
stepup wait -d a.txt
again
echo one > a.txt
stepup wait -u a.txt
again
snapshot graph
leave

grep 'SKIP │ cp -p a.txt b.txt' stdout1.txt
