#!/bin/bash
# Cleaning can be switched off for a project, and on again for a build.
. ../examples.sh

build
sed -i '/copy(/d' plan.py
build
[[ -e b.txt ]]
build --clean
[[ ! -e b.txt ]]
