#!/usr/bin/env bash
# A variable that a step amends counts from then on, and is dropped when the step no longer asks for it.
. ../examples.sh

export MODE=slow NAME_OF_IT=a
watch
snapshot graph1
leave
export NAME_OF_IT=b
watch
leave
export MODE=fast
watch
snapshot graph2
leave
export NAME_OF_IT=c
watch
leave
