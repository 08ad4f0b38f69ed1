#!/usr/bin/env python3
from stepup.core.api import plan, run, static

static("sub.py", "work.py", "make.py")
plan("./sub.py")
run("./make.py", out="made.txt")
