#!/usr/bin/env bash
# A match that nobody declares static by the end of the build is worth a warning.
. ../examples.sh

touch a.dat
build 8
grep -q "1 glob match(es) are not declared static." .stepup/warning.log
grep -q "a.dat" .stepup/warning.log

build 8
