#!/usr/bin/env python3
from stepup.core.api import run, static

static("data.txt") if __import__("os").path.exists("data.txt") else None
static("work.py")
run("./work.py", out="out.txt")
