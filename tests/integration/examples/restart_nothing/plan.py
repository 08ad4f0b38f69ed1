#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt")
copy("a.txt", "b.txt")
run("wc -l b.txt", inp="b.txt")
