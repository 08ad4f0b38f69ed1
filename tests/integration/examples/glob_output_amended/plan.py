#!/usr/bin/env python3
from stepup.core.api import glob, run, static

static("work.py")
glob("*.dat")
run("./work.py")
