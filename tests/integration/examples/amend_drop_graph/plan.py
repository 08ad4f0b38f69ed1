#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "list.txt", "one.txt", "two.txt")
run("./work.py", inp="list.txt")
