#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "data/")
run("./work.py", out="out.txt")
