#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "lib/")
run("./work.py", out="out.txt")
