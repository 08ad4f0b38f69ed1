#!/usr/bin/env bash
# static() takes paths, path objects and one level of iterables of them, and returns all of them, sorted.
. ../examples.sh

touch a.txt b.txt c.txt d.txt
watch
snapshot graph
leave

[[ $(cat names.txt) == "a.txt b.txt c.txt d.txt" ]]
