#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "go.txt")
run("./work.py")
run("touch made.txt; grep yes go.txt", shell=True, inp="go.txt", out="made.txt")
