#!/usr/bin/env bash
# Two stars look into all directories, however deep, also into new ones.
. ../examples.sh

mkdir -p src/a/b
touch src/1.c src/a/2.c src/a/b/3.c src/a/b/3.h
watch
[[ $(cat names.txt) == "src/1.c src/a/2.c src/a/b/3.c" ]]

mkdir -p src/x/y
touch src/x/y/4.c
stepup wait -u src/x/y/4.c
again
[[ $(cat names.txt) == "src/1.c src/a/2.c src/a/b/3.c src/x/y/4.c" ]]
snapshot graph
leave
