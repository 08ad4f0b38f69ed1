#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
for kind in "inp", "out", "vol":
    run(f"./work.py {kind} there/")
run("./work.py inp there")
