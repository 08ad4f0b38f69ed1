#!/usr/bin/env python3
from stepup.core.api import plan, run, static

static("work.py", "late.py")
run("./work.py", out="a.txt")
run("./late.py")
