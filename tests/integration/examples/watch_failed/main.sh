#!/usr/bin/env bash
# A failed step is tried again at the next rebuild, although nothing was edited.
. ../examples.sh

watch -k
touch flag
again
snapshot graph
leave
