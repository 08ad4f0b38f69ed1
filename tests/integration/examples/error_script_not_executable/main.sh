#!/usr/bin/env bash
# A script of the project that is not executable fails its step.
. ../examples.sh

chmod -x work.py tool.sh
build 4 -k
grep -q 'File is not executable: work.py' .stepup/fail.log
grep -q 'File is not executable: tool.sh' .stepup/fail.log
