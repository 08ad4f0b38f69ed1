#!/usr/bin/env python3
from stepup.core.api import copy, run

run("false", out="a.txt", optional=True)
run("false unused", shell=True, out="c.txt", optional=True)
copy("a.txt", "b.txt")
