#!/bin/bash
# `stepup boot` is `stepup build`: it says so, and takes the section [build].
. ../examples.sh

stepup boot > stdout1.txt 2> errors.txt
[[ -e old.txt ]]
