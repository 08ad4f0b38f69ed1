#!/usr/bin/env bash
# Hidden files match like others.
. ../examples.sh

mkdir data
touch data/.hidden data/seen
build
[[ $(cat names.txt) == "data/.hidden data/seen" ]]
