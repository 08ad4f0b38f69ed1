#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt")
run("grep good a.txt > b.txt", inp="a.txt", out="b.txt", shell=True)
copy("b.txt", "c.txt")
run("echo independent")
