#!/usr/bin/env bash
# Variables are substituted in the paths of all functions, and on demand.
. ../examples.sh

export SOURCE=in FOLDER=sub
watch
snapshot graph
leave
[[ $(cat sub/in.txt) == in && $(cat sub/copy.txt) == in ]]
