#!/usr/bin/env bash
# A variable that a call names runs it again when its value changes.
. ../examples.sh

WORD=one build
[[ $(cat word.txt) == one ]]
WORD=one build
WORD=two build
[[ $(cat word.txt) == two ]]
