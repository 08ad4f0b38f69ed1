#!/usr/bin/env python3
from stepup.core.api import run, static

static("in.txt")
run("cp in.txt one.txt; cp in.txt two.txt", inp="in.txt", out=["one.txt", "two.txt"], shell=True)
