#!/usr/bin/env bash
# What a deferred step waits for becomes urgent: it comes before steps that were declared earlier.
. ../examples.sh

build
