#!/bin/bash
# After a failure nothing more is started; with -k all that does not depend on it is.
. ../examples.sh

build 36
watch -k
snapshot current_graph
leave 20
