#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("cp a.txt b.txt", inp="a.txt", out="b.txt", shell=True)
run("touch begun; while [ ! -e go ]; do sleep 0.1; done; cp b.txt c.txt", inp="b.txt", out="c.txt", shell=True)
