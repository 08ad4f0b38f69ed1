#!/usr/bin/env python3
from stepup.core.api import copy, hold, run

with hold():
    run("echo short > short.txt", shell=True, out="short.txt")
    run("echo a > a.txt", shell=True, out="a.txt")
    copy("a.txt", "b.txt")
    copy("b.txt", "c.txt")
