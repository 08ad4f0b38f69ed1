#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "make.py")
run("./work.py", out="out.txt", vol="started.tmp")
run("./make.py", out="made.txt", vol="go.tmp")
