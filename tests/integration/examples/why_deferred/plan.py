#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt", "use.py")
run("./use.py")
copy("a.txt", "b.txt")
