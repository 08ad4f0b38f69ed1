#!/usr/bin/env python3
from stepup.core.api import run, static

static("one.py", "two.py")
run("./one.py")
run("./two.py")
