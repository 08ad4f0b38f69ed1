#!/usr/bin/env bash
# A plan may amend a file that a plan below it declares, and is tried again when that has happened.
. ../examples.sh

build
