#!/usr/bin/env python3
from stepup.core.api import run, static

static("first.py", "second.py")
run("./first.py")
run("./second.py")
