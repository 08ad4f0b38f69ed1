#!/usr/bin/env bash
# Two steps that each declare what the other one waits for wait for each other: reported at the end.
. ../examples.sh

build 16
