#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "note.txt")
run("./work.py", out="copy.txt", env="HOME")
