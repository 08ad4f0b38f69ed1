#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("cp a.txt b.txt; date > log.txt", inp="a.txt", out="b.txt", vol="log.txt", shell=True)
