#!/usr/bin/env bash
# What is filled in has the permissions of its template.
. ../examples.sh

chmod +x script.sh
build
[[ $(./made.sh) == hello ]]
