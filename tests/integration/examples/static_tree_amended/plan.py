#!/usr/bin/env python3
from stepup.core.api import run, static

static("data/", "work.py")
run("./work.py", inp="data/a.txt")
