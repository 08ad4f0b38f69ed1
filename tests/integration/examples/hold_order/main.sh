#!/usr/bin/env bash
# Steps declared in a hold begin when it ends, in the order of all of them.
. ../examples.sh

build
