#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
run("./work.py", out="a.txt")
run("cp a.txt b.txt", inp="a.txt", out="b.txt")
