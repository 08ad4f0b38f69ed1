#!/usr/bin/env python3
from stepup.core.api import run, static

static("tool.sh")
run("./tool.sh > out.txt", inp="tool.sh", out="out.txt", shell=True)
