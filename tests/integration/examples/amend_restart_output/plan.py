#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
run("./work.py")
run("cp extra.txt copy.txt", inp="extra.txt", out="copy.txt")
