#!/usr/bin/env bash
# Variables come from files in many notations, of which later ones win.
. ../examples.sh

build
cat letter.txt
