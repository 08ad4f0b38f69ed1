#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("cp a.txt one.out; cp a.txt two.out", inp="a.txt", out=["one.out"], shell=True)
