#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo a > a.txt", shell=True, out="a.txt", optional=True)
copy("a.txt", "b.txt", optional=True)
copy("b.txt", "c.txt", optional=True)
copy("c.txt", "d.txt")
copy("c.txt", "e.txt", optional=True)
