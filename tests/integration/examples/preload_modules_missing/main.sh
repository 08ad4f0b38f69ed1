#!/usr/bin/env bash
# A module that cannot be preloaded does no harm.
. ../examples.sh

build --preload-modules no_such_module
[[ -e out.txt ]]
