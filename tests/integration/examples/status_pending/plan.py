#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt")
copy("a.txt", "b.txt")
copy("nowhere.txt", "c.txt")
copy("c.txt", "d.txt")
run("echo big", resources={"gpu": 2})
