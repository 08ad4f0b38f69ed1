#!/bin/bash
# All mistakes in the configuration are told at once, before anything is built.
. ../examples.sh
export HOME="$PWD"

code=0; STEPUP_BUILD_DEFER_CAP=x sb -j 1 2> errors.txt || code=$?
((code == 1))
[[ ! -e .stepup ]]
code=0; stepup config > config.txt || code=$?
((code == 1))
