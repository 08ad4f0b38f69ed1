#!/usr/bin/env bash
# Targets are relative to where one stands.
. ../examples.sh

echo source > s.txt
mkdir sub
cd sub
STEPUP_ROOT=.. sb -j "${EXAMPLE_JOBS:-1}" a.txt ../b.txt "$PWD/c.txt" ./ > /dev/null
cd ..
[[ -f sub/a.txt && -f b.txt && -f sub/c.txt && -f sub/d.txt && ! -e e.txt ]]
