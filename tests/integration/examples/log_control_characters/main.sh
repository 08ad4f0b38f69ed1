#!/bin/bash
# Control characters are spelled out, on the terminal and in the logs: one step is one line.
. ../examples.sh

build 36
cp .stepup/fail.log fail.txt
