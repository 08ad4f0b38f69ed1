#!/usr/bin/env bash
# Inputs cannot be amended inside hold(): what is held may be what would make them.
. ../examples.sh

build 36
grep AmendWhileHoldingError .stepup/fail.log
