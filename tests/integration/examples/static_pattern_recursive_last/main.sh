#!/usr/bin/env bash
# A static pattern cannot end in two stars; the message says what to write instead.
. ../examples.sh

mkdir -p src
touch src/a.c
build 36
grep -q "recursive" .stepup/fail.log
grep -qF "static('src/')" .stepup/fail.log
