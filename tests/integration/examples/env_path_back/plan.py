#!/usr/bin/env python3
from stepup.core.api import run, static

static("sub/work.py")
run("./work.py", workdir="sub", out="where.txt")
