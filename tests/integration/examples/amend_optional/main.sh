#!/usr/bin/env bash
# An optional step that makes what another one amends becomes needed.
. ../examples.sh

build

[[ -e extra.txt && ! -e unused.txt ]]
