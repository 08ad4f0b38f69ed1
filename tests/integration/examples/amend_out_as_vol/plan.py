#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
run("./work.py out.txt vol", out="out.txt")
run("./work.py vol.txt out", vol="vol.txt")
run("./work.py both.txt both")
