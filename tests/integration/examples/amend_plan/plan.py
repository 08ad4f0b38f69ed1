#!/usr/bin/env python3
from stepup.core.api import plan, run, static

static("sub.py", "words.txt")
run("sort words.txt > sorted.txt", shell=True, inp="words.txt", out="sorted.txt")
plan("./sub.py")
