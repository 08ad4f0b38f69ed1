#!/usr/bin/env bash
# A workdir is made for a step without outputs, too.
. ../examples.sh

watch
snapshot graph
leave

[[ -d work ]]
