#!/usr/bin/env bash
# Steps that wait for files that nobody makes are traced back to these files.
. ../examples.sh

watch -k
snapshot graph
leave 16
