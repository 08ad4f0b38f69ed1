#!/usr/bin/env bash
# What a failed step has written is shown below its command.
. ../examples.sh

build 36
