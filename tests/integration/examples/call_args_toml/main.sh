#!/usr/bin/env bash
# A file with arguments cannot be TOML, which the plan learns before anything is declared.
. ../examples.sh

build 36
grep "unsupported file format: '.toml'" .stepup/fail.log
[[ ! -e args.toml ]]
