#!/usr/bin/env bash
# A file stands for itself and all that is made from it, a directory for what is in it.
. ../examples.sh

echo s > s.txt
echo t > t.txt
build
stepup clean -a b.txt > clean_file.txt
stepup clean -a s.txt > clean_source.txt
stepup clean -a sub > clean_directory.txt
stepup clean -a sub/ t.txt > clean_both.txt
