#!/usr/bin/env bash
# Other permissions are noticed while the files are being watched.
. ../examples.sh

echo one > a.txt
chmod 644 a.txt
watch
chmod 600 a.txt
stepup wait -u a.txt
again
snapshot graph
leave
[[ $(stat -c %a b.txt) == 600 ]]
