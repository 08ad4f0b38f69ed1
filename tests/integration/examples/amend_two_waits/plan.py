#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
run("./work.py", out="out.txt")
run("touch one.txt", out="one.txt")
run("cp one.txt two.txt", inp="one.txt", out="two.txt")
