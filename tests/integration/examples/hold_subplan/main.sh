#!/usr/bin/env bash
# A hold holds back what sub-plans declare meanwhile, too.
. ../examples.sh

build
