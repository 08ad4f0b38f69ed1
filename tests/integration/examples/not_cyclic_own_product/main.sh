#!/usr/bin/env bash
# A plan that waits for a product of its own steps waits for ever: that is no circle of files, but reported.
. ../examples.sh

build 16
