#!/usr/bin/env bash
# The file with arguments lies in the workdir of the call.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat sub/a.txt) == aa ]]
cat sub/args.json > args_json.txt
