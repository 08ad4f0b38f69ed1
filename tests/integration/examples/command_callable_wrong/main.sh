#!/usr/bin/env bash
# A function that makes a command takes its lists by their names, and nothing else.
. ../examples.sh

build
