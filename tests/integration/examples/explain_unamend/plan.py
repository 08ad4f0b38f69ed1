#!/usr/bin/env python3
from stepup.core.api import run, static

static("names.txt", "a.txt", "b.txt", "work.py")
run("./work.py", inp="names.txt", out="out.txt")
