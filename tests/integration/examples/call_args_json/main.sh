#!/usr/bin/env bash
# With args_file, the plan writes the arguments to a file that is its own output and an input of the call.
. ../examples.sh

watch
snapshot graph
leave
cat args.json > args_json.txt
[[ $(cat ab.txt) == ababab ]]
