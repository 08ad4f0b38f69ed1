#!/usr/bin/env bash
# Variables that StepUp sets for each step cannot be overridden.
. ../examples.sh

build 36
grep -q 'HERE' .stepup/fail.log
