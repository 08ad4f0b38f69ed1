#!/bin/bash
# A project that is not there is one sentence.
. ../examples.sh

code=0; STEPUP_ROOT=/nowhere/at/all sb -j 1 2> errors.txt || code=$?
((code == 1))
