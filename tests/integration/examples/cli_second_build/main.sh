#!/bin/bash
# A second `sb` in the same project does not get in the way of the first: it asks the same director.
. ../examples.sh

watch
echo 2 > a.txt
stepup wait -u a.txt
sb > second.txt
grep -q 'SUCCESS │ cp -p a.txt b.txt' second.txt
leave
[[ $(cat b.txt) == 2 ]]
