#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
run("./work.py")
run("touch extra.txt", out="extra.txt", optional=True)
run("touch unused.txt", out="unused.txt", optional=True)
