#!/usr/bin/env bash
# A directory that matches ends in a slash, and is justified by a static file in it.
. ../examples.sh

mkdir -p one two
touch one/a.txt
build 8
grep -q "two/" .stepup/warning.log
[[ $(cat names.txt) == "one/ two/" ]]

touch two/b.txt
build
