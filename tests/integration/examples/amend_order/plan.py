#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
run("./work.py")
for name in "abcd":
    run(f"touch {name}.txt", out=f"{name}.txt")
