#!/bin/bash
# After `stepup drain` this build starts nothing more; the next one does.
. ../examples.sh

mkfifo fifo
start -w
while ! grep -q 'START │ cat fifo' stdout1.txt; do sleep 0.1; done
stepup drain
echo > fifo
stepup wait
[[ ! -e later.txt ]]
stepup rebuild
stepup wait
[[ -e later.txt ]]
leave
