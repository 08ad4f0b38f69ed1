#!/usr/bin/env python3
from stepup.core.api import plan, run, static

static("sub.py")
plan("./sub.py")
run("touch made.txt", out="made.txt")
