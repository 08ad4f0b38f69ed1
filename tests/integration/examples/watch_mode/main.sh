#!/usr/bin/env bash
# Permission bits count as content.
. ../examples.sh

watch
chmod go-rx tool.sh
stepup wait -u tool.sh
again
snapshot graph
leave
