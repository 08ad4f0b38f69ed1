#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt", "ok.txt")
copy("ok.txt", "ok_copy.txt")
run("grep good a.txt > b.txt", inp="a.txt", out="b.txt", shell=True)
copy("b.txt", "c.txt")
