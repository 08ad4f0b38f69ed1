#!/bin/bash
# With -v the terminal shows the details that otherwise stand in the success log only.
. ../examples.sh

build
build -v
cmp stdout2.txt .stepup/success.log
(($(wc -l < stdout1.txt) > 0))
grep -q 'Wall ' stdout2.txt
! grep -q 'Wall ' stdout1.txt
