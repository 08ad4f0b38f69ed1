#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt", "work.py")
run("./work.py", out="out.txt")
