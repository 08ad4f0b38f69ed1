#!/usr/bin/env bash
# A variable that is not set stops the plan.
. ../examples.sh

build 36
grep 'stepup.core.exceptions.EnvVarError' .stepup/fail.log
NOWHERE=x build
