#!/usr/bin/env bash
# Each step knows where it is, what it is for and which attempt it is.
. ../examples.sh

build
[[ $(cat sub/here.txt) == "sub .. DEFAULT" ]]
[[ $(cat plan.txt) == ". . PLAN" ]]
[[ $(cat digest.txt | wc -c) == 65 ]]
[[ $(cat epoch.txt) == 315532800 ]]
[[ $(cat stdin.txt) == /dev/null ]]
[[ $(cat jobs.txt | sort -u | wc -l) == 2 ]]
