#!/usr/bin/env bash
# With -k, steps behind a failure are counted, and one of them is named.
. ../examples.sh

build 20 -k
