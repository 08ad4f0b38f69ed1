#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "which.txt")
run("./work.py", inp="which.txt", out="out.txt")
run("touch made.txt", out="made.txt")
