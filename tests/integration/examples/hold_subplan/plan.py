#!/usr/bin/env python3
from stepup.core.api import hold, plan, run, static

static("sub/plan.py")
with hold():
    plan("./plan.py", workdir="sub")
    run("echo x > x.txt", shell=True, out="x.txt")
