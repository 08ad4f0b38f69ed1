#!/bin/bash
# Resources are collected from all layers; a stronger one changes single numbers.
. ../examples.sh

STEPUP_BUILD_RESOURCES=gpu:0 build 16
build
