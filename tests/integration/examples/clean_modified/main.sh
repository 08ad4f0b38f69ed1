#!/usr/bin/env bash
# What was changed by hand stays, unless --unsafe says otherwise.
. ../examples.sh

build
echo mine > a.txt
chmod 600 b.txt
stepup clean -a > clean_dry.txt
stepup clean -ac > clean.txt
[[ -f a.txt && -f b.txt && ! -e c.txt ]]
stepup clean -acu > clean_unsafe.txt
[[ ! -e a.txt && ! -e b.txt ]]
