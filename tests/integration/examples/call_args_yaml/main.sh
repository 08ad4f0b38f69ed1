#!/usr/bin/env bash
# The file with arguments is YAML when its name says so.
. ../examples.sh

build
cat args.yaml args2.yml > args_yaml.txt
