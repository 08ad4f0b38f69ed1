#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("wc -l < a.txt > b.txt", inp="a.txt", out="b.txt", shell=True)
run("cp b.txt c.txt", inp="b.txt", out="c.txt", shell=True)
