#!/usr/bin/env python3
from stepup.core.api import run, static

static("good.txt")
run("cat missing.txt", inp="good.txt")
run("cp good.txt copy.txt", inp="good.txt", out="copy.txt")
run("cat nowhere.txt", inp="nowhere.txt")
