#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.sh")
run("./work.sh", out="out.txt")
