#!/usr/bin/env bash
# Arguments of more than 128 KiB need a file.
. ../examples.sh

build 36
grep "pass args_file= to use a file instead" .stepup/fail.log
sed -i "s/\*\*arguments/args_file='args.json', **arguments/" plan.py
build
