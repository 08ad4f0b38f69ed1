#!/usr/bin/env bash
# A step that asks for more than there is remains pending, with all that needs it.
. ../examples.sh

watch -r gpu:2,license:1
snapshot graph
leave 16
[[ -f c.txt && ! -e a.txt ]]
