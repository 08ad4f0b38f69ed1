#!/bin/bash
# Where there is no terminal, lines are whole and without colours, and COLUMNS is the width of the rules.
. ../examples.sh

COLUMNS=60 build 36
FORCE_COLOR=1 COLUMNS=60 start
code=0; wait "$_sb" || code=$?; _sb=
((code == 36))
grep -q $'\e\[31m    FAIL\e\[0m │ ' stdout2.txt
rm stdout2.txt
