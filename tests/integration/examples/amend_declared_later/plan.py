#!/usr/bin/env python3
from stepup.core.api import plan, run, static

static("work.py", "later.py")
run("./work.py", out="out.txt")
run("./later.py")
