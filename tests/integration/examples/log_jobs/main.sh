#!/bin/bash
# With --joblog, a table tells when each step was begun and ended.
. ../examples.sh

build 36 --joblog
cut -d, -f 3,6 .stepup/joblog.csv > jobs.txt
