#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt", "b.txt")
run("echo changed > b.txt", inp="a.txt", shell=True)
run("cat b.txt", inp="b.txt")
run("echo never")
