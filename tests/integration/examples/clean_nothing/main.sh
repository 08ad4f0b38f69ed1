#!/usr/bin/env bash
# When there is nothing to clean, that is said.
. ../examples.sh

build
stepup clean > clean.txt
stepup clean -c > clean_commit.txt
stepup clean -a plan.py > clean_file.txt
