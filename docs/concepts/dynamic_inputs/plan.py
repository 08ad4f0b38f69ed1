#!/usr/bin/env python3
from stepup.core.api import run, static

static("main.txt", "assemble.py", "parts/")
run("./assemble.py main.txt", inp="main.txt", out="whole.txt")
run("echo 'the end' > ending.txt", out="ending.txt", shell=True)
