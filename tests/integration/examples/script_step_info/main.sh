#!/usr/bin/env bash
# What a script has declared can be read from a file.
. ../examples.sh

watch
snapshot graph
leave
[[ $(cat all.txt) == "a1.txt b22.txt" ]]
cat info.json > info_json.txt
