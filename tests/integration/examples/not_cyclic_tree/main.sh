#!/usr/bin/env bash
# A step that declares a tree and amends a file in it does not wait for itself.
. ../examples.sh

build
build
