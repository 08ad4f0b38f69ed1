#!/usr/bin/env bash
# A step that is deferred although it failed for another reason is tried again: whatever its exit code was.
. ../examples.sh

build
