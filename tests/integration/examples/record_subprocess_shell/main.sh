#!/usr/bin/env bash
# Programs that a step lets a shell run are recorded as well, also those that fail.
. ../examples.sh

build
