#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "number.txt")
run("./work.py", out="out.txt")
run("echo X = $(cat number.txt) > made.py", shell=True, inp="number.txt", out="made.py")
