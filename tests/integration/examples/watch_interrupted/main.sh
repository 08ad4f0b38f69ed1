#!/usr/bin/env bash
# Ctrl-C ends the watch at once.
. ../examples.sh

echo one > a.txt
watch
kill -INT $_sb
finish 2
