#!/bin/bash
# Logs may be removed between builds, and there is always one to remove.
. ../examples.sh

build
rm .stepup/*.log
build
rm .stepup/*.log
echo 2 > a.txt
watch
leave
rm .stepup/director.log
build
