#!/usr/bin/env bash
# An output that is a FIFO or a directory is refused at once, and nobody waits for it.
. ../examples.sh

build 36
