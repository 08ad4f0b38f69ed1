#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "a.txt")
run("./work.py", inp="work.py", out="b.txt")
