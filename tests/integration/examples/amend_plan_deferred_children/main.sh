#!/usr/bin/env bash
# A plan that is deferred keeps what it had declared before; those steps wait until it has run to its end.
. ../examples.sh

build
[[ -e first.txt && -e second.txt ]]
