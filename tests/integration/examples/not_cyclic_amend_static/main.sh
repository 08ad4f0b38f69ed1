#!/usr/bin/env bash
# A step that declares a file static and amends it does not wait for itself.
. ../examples.sh

build
build
