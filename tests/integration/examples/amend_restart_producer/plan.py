#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "source.txt", "make.sh")
run("sh make.sh", inp=["make.sh", "source.txt"], out="early.txt")
run("./work.py", out="late.txt")
