#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("numbers.txt")
run("sort numbers.txt > sorted.txt", inp="numbers.txt", out="sorted.txt", shell=True)
copy("sorted.txt", "final.txt")
