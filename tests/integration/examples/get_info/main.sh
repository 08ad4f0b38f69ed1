#!/usr/bin/env bash
# A step may ask what was declared for it.
. ../examples.sh

watch
snapshot graph
leave
