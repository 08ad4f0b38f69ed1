#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt", "go.txt")
copy("a.txt", "b.txt")
run("cat go.txt b.txt", inp=["go.txt", "b.txt"])
