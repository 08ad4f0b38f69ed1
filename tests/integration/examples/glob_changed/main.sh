#!/usr/bin/env bash
# A plan runs again when a file that matches is added or removed, not when one is edited.
. ../examples.sh

echo 1 > a.dat
watch
echo 2 > a.dat
stepup wait -u a.dat
again
echo 3 > b.dat
stepup wait -u b.dat
again
[[ $(cat names.txt) == "a.dat b.dat" ]]
mv a.dat c.dat
stepup wait -d a.dat
stepup wait -u c.dat
again
[[ $(cat names.txt) == "b.dat c.dat" ]]
snapshot graph
leave
