#!/usr/bin/env bash
# An amended file in a static tree is looked at before amend() returns.
. ../examples.sh

mkdir -p data/deep
echo one > data/deep/one.txt
build

echo two > data/deep/one.txt
build

rm data/deep/one.txt
build 16
