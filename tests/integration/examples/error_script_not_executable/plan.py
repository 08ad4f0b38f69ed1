#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "tool.sh")
run("./work.py")
run("./tool.sh")
