#!/usr/bin/env bash
# Templates for LaTeX have delimiters of their own, by their extension or on demand.
. ../examples.sh

build
cat paper.tex > paper.txt
cat plain.tex > plain.txt
