#!/usr/bin/env bash
# A hold in a hold ends nothing: the outermost counts.
. ../examples.sh

build
