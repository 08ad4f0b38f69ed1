#!/usr/bin/env bash
# A plan that is declared by a step which is no plan works, with a warning.
. ../examples.sh

watch
snapshot graph
leave
