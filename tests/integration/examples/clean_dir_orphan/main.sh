#!/usr/bin/env bash
# Directories that steps had made for their outputs go with the last of them, and only then.
. ../examples.sh

cp plan1.py plan.py
build
touch two/mine.txt
cp plan2.py plan.py
build
[[ ! -e one && -f two/mine.txt && ! -e two/b.txt && -f three/d.txt && ! -e three/deep ]]
