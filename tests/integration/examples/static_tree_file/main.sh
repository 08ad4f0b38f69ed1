#!/usr/bin/env bash
# A plan may also declare files of its own tree: the tree owns them, in either order.
. ../examples.sh

mkdir -p one two
touch one/a.txt two/b.txt
watch
snapshot graph
leave
