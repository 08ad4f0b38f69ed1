#!/usr/bin/env bash
# A script with cases shows them by hand, and runs one.
. ../examples.sh

./repeat.py cases > said.txt
./repeat.py run a_002 >> said.txt
./repeat.py plan > planned.txt
cat planned.txt
