#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt", "b.txt")
run("cat a.txt b.txt > c.txt", inp=["a.txt", "b.txt"], out="c.txt", shell=True)
copy("c.txt", "d.txt")
