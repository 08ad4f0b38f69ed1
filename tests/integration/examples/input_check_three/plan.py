#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("cp a.txt b.txt", inp="a.txt", out="b.txt")
run("echo edited > b.txt; cp b.txt c.txt", inp="b.txt", out="c.txt", shell=True)
run("cat c.txt", inp="c.txt")
