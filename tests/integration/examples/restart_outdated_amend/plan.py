#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("names.txt", "a.txt", "work.py")
copy("a.txt", "b.txt")
run("./work.py", inp="names.txt", out="out.txt")
