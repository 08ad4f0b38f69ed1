#!/usr/bin/env python3
from stepup.core.api import hold, run

with hold():
    run("touch out.txt", out="out.txt")
    raise ValueError("no more")
