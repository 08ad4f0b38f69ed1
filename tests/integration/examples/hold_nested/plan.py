#!/usr/bin/env python3
from stepup.core.api import copy, hold, run

with hold():
    with hold():
        run("echo one > one.txt", shell=True, out="one.txt")
    run("echo a > a.txt", shell=True, out="a.txt")
    copy("a.txt", "b.txt")
