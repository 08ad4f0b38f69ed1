#!/usr/bin/env bash
# Of many missing files, those are named that hold up most steps.
. ../examples.sh

build 16
