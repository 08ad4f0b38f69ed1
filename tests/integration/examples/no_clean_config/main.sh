#!/usr/bin/env bash
# Cleaning can be switched off for a project.
. ../examples.sh

cp plan1.py plan.py
build
cp plan2.py plan.py
build
[[ -f a.txt ]]
build --clean
[[ ! -e a.txt ]]
