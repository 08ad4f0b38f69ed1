#!/usr/bin/env bash
# Calls and scripts are declared by hand as in a build, and files with arguments are written.
. ../examples.sh

./plan.py > said.txt
cat args.json >> said.txt
